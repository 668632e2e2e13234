package org.resnet4j.modelimport.pytorch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.resnet4j.modelimport.pytorch.PickleBytes.dictOf;
import static org.resnet4j.modelimport.pytorch.PickleBytes.fragment;
import static org.resnet4j.modelimport.pytorch.PickleBytes.pickle;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.ModelImportException.Damaged;
import org.resnet4j.modelimport.ModelImportException.Incomplete;
import org.resnet4j.modelimport.ModelImportException.TooLarge;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.ModelImportException.WrongFormat;

/** Files that were made to do harm, or were damaged: a typed exception, bounded time and memory, and nothing runs. */
class HostileFileTest {
  @TempDir
  Path folder;

  private Path file() {
    return folder.resolve("file.pth");
  }

  @Test
  void theHandMadeFilesAreRight() {
    for (Path good : List.of(dictOf("w", fragment().goodTensor()).zip(file()),
        dictOf("w", fragment().goodTensor()).stream(folder.resolve("stream"), 1, 2, 3, 4))) {
      try (PyTorchFile read = PyTorchFile.open(good)) {
        assertArrayEquals(new float[] {1, 2, 3, 4}, read.read("w").reshape(4).toFloatVector());
      }
    }
  }

  @Test
  void aBigEndianZipIsReadByItsByteOrder() {
    Map<String, byte[]> entries = Map.of("archive/data/0", PickleBytes.floats(ByteOrder.BIG_ENDIAN, 1, 2, 3, 4),
        "archive/byteorder", "big".getBytes());
    try (PyTorchFile read = PyTorchFile.open(dictOf("w", fragment().goodTensor()).zip(file(), entries))) {
      assertArrayEquals(new float[] {1, 2, 3, 4}, read.read("w").reshape(4).toFloatVector());
    }
    refused(Damaged.class, dictOf("w", fragment().goodTensor()).zip(file(), Map.of("archive/byteorder", new byte[99])));
  }

  @Test
  void aViewOfAStorageIsReadFromItsBegin() {
    PickleBytes view = fragment().global("torch._utils", "_rebuild_tensor_v2").op('(').op('(').text("storage")
        .global("torch", "FloatStorage").text("0").text("cpu").number(4).op('(').text("view").number(1).number(2)
        .op('t', 't', 'Q').number(0).tuple(2).tuple(1).raw(0x89).op('}', 't', 'R');
    try (PyTorchFile read = PyTorchFile.open(dictOf("w", view).stream(file(), 1, 2, 3, 4))) {
      assertArrayEquals(new float[] {2, 3}, read.read("w").toFloatVector());
    }
  }

  // Code

  /** Each would run a command in Python's unpickler: creating the file. */
  static Stream<Function<Path, PickleBytes>> canaries() {
    Stream<String[]> functions = Stream.of(new String[] {"os", "system"}, new String[] {"posix", "system"},
        new String[] {"nt", "system"}, new String[] {"subprocess", "Popen"}, new String[] {"builtins", "eval"},
        new String[] {"__builtin__", "exec"}, new String[] {"torch.hub", "load"}, new String[] {"torch", "load"},
        new String[] {"torch._utils", "_rebuild_tensor_v2.__globals__"}, new String[] {"torch.serialization", "load"});
    return functions.map(name -> canary -> fragment().global(name[0], name[1]).op('(')
        .text("touch " + canary).op('t', 'R'));
  }

  @ParameterizedTest
  @MethodSource("canaries")
  void aCallOfAnythingElseIsRefusedAndDoesNotRun(Function<Path, PickleBytes> canary) {
    Path mark = folder.resolve("ran");
    PickleBytes call = canary.apply(mark);
    for (Path file : List.of(dictOf("w", call).zip(file()), dictOf("w", call).stream(folder.resolve("stream"), 1),
        pickle().raw(call.bytes()).op('.').zip(folder.resolve("root")),
        pickle().raw(call.bytes()).op('0', '}').text("w").raw(fragment().goodTensor().bytes())
            .op('s', '.').zip(folder.resolve("dropped")))) {
      Unsafe refused = refused(Unsafe.class, file);
      assertTrue(refused.getMessage().contains("a call of"), refused.getMessage());
      assertFalse(Files.exists(mark));
    }
  }

  @ParameterizedTest
  @CsvSource({"os, system", "builtins, eval", "mymodule, MyClass", "torch.nn.modules.conv, Conv2d"})
  void aStateDictWithAnyOtherNameIsRefusedEvenIfNothingCallsIt(String module, String name) {
    Path file = pickle().op('}', '(').text("w").raw(fragment().goodTensor().bytes()).text("extra")
        .global(module, name).op('u', '.').zip(file());
    assertTrue(refused(Unsafe.class, file).found().contains(module + "." + name));
    Path instance = pickle().global(module, name).op(')').raw(0x81).op('0', '}').text("w")
        .raw(fragment().goodTensor().bytes()).op('s', '.').zip(file());
    refused(Unsafe.class, instance);
  }

  @Test
  void anObjectThatIsNoModuleIsRefused() {
    assertTrue(refused(Incomplete.class, pickle().global("os", "system").op(')').raw(0x81).op('.').zip(file()))
        .found().contains("os.system"));
  }

  @ParameterizedTest
  @ValueSource(chars = {'i', 'o', 'P', 'I', 'L', 'F', 'S', 'V', 'p', 'g', 'd', 'l', '2', '\u0082', '\u0083', '\u0084',
      '\u008b', '\u0092', '\u0096', '\u0097', '\u0098', '\u00ff', '\u0000'})
  void anOpcodeThatTorchNeverWritesIsRefused(char opcode) {
    assertTrue(refused(Damaged.class, pickle().op(opcode).op('.').zip(file())).expected().contains("opcode"));
  }

  static Stream<PickleBytes> misplaced() {
    return Stream.of(fragment().op('.'), fragment().op('0'), fragment().op('t'), fragment().op('u'),
        fragment().op('}', 's'), fragment().op('}').text("k").op('s'), fragment().op('}', '(').text("k").op('u', '.'),
        fragment().op('N', 'N', 'a'), fragment().op('N', '(', 'N', 'e'), fragment().op('R'), fragment().op('N', 'N', 'R'),
        fragment().global("collections", "OrderedDict").op('N', 'R'), fragment().op('b'), fragment().op('N', 'N', 'b'),
        fragment().op('N', ')').raw(0x81), fragment().op('h').raw(0), fragment().op('q').raw(0), fragment().op('N', 'Q'),
        fragment().op('1'), fragment().op('(', '.'), fragment().op('N', 'N', '.'), fragment().op('N', '(', '0'),
        fragment().raw(0x93), fragment().op('N', 'N').raw(0x93), fragment().raw(0x80, 9), fragment().raw(0x85),
        fragment().op('}').op(']', 'N', 's'), fragment().op('}').op('}', 'N', 's'), fragment().op('}').op('N', 'N', 's'),
        fragment().global("m", "C").op(')').raw(0x81).op('}', 'b', '}', 'b', '.'),
        fragment().global("torch._utils", "_rebuild_tensor_v2").op(')', 'R'),
        fragment().global("torch._utils", "_rebuild_parameter").op(')', 'R'),
        fragment().global("torch._tensor", "_rebuild_from_type_v2").op(')', 'R'),
        fragment().global("torch", "Size").op('N').raw(0x85).op('R'),
        fragment().global("collections", "OrderedDict").op(']', 'N', 'a').raw(0x85).op('R'),
        fragment().op('X').raw(0xff, 0xff, 0xff, 0xff), fragment().op('X').raw(2, 0, 0, 0, 0xff, 0xff),
        fragment().raw(0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80), fragment().raw(0x8d, 0, 0, 0, 0, 1, 0, 0, 0),
        fragment().op('c').op("x".repeat(2000).toCharArray()));
  }

  @ParameterizedTest
  @MethodSource("misplaced")
  void anOpcodeOutOfPlaceIsRefused(PickleBytes opcodes) {
    Path file = pickle().raw(opcodes.bytes()).op('.').zip(file());
    ModelImportException refused = refused(ModelImportException.class, file);
    assertTrue(refused instanceof Damaged || refused instanceof TooLarge, refused.getMessage());
  }

  // Bombs

  @Test
  void aListThatHoldsItselfThroughTheMemoIsNoTrouble() {
    refused(Incomplete.class, pickle().op(']', 'q').raw(0).op('h').raw(0).op('a', '.').zip(file()));
    PickleBytes dict = pickle().op('}', 'q').raw(0).text("state_dict").op('h').raw(0).op('s', '.');
    refused(Incomplete.class, dict.zip(file()));
  }

  @Test
  void doublingThroughTheMemoTakesNeitherTimeNorMemory() {
    PickleBytes doubling = pickle().op(']', 'q').raw(0);
    for (int i = 1; i < 200; i++) {
      doubling.op(']', 'q').raw(i).op('(', 'h').raw(i - 1).op('h').raw(i - 1).op('e');
    }
    refusedInSeconds(Damaged.class, doubling.op('.').zip(file()));
    // Nested tuples as keys would be hashed in exponential time.
    PickleBytes keys = pickle().op('}', ')');
    for (int i = 0; i < 200; i++) {
      keys.op('q').raw(i).op('h').raw(i).raw(0x86);
    }
    refusedInSeconds(Damaged.class, keys.op('N', 's', '.').zip(file()));
  }

  @Test
  void copiesThroughTheMemoCountAsSteps() {
    PickleBytes copies = pickle().op(']', 'q').raw(0).op('(');
    for (int i = 0; i < 10_000; i++) {
      copies.op('N');
    }
    copies.op('e');
    for (int i = 0; i < 10_000; i++) {
      copies.global("__builtin__", "set").op('h').raw(0).raw(0x85).op('R');
    }
    refusedInSeconds(TooLarge.class, copies.op('.').zip(file()));
  }

  @Test
  void tooManyOpcodesAreRefused() {
    PickleBytes many = pickle();
    for (int i = 0; i <= Unpickler.MOST_STEPS; i++) {
      many.op('}');
    }
    refusedInSeconds(TooLarge.class, many.op('.').zip(file()));
  }

  @Test
  void deepNestingIsNoTrouble() {
    PickleBytes deep = pickle();
    for (int i = 0; i < 500_000; i++) {
      deep.op(']');
    }
    for (int i = 1; i < 500_000; i++) {
      deep.op('a');
    }
    refusedInSeconds(Incomplete.class, deep.op('.').zip(file()));
  }

  /** 200,000 places of one module, under a name of a megabyte each. */
  @Test
  void aLongNameIsNotCopiedForEachPlaceOfAModule() {
    PickleBytes often = pickle().op('N', '0').global("m", "Net").op(')').raw(0x81).op('}', '(').text("_modules").op('}')
        .text("_parameters").op('}').text("_buffers").op('}', 'u', 'b', 'q').raw(0, '0')
        .global("m", "Net").op(')').raw(0x81).op('}', '(').text("_modules").op('}', '(')
        .text("n".repeat(PickleInput.LONGEST_TEXT)).global("m", "Net").op(')').raw(0x81).op('}', '(').text("_modules")
        .op('}', '(');
    for (int i = 0; i < 200_000; i++) {
      often.text("c" + i).op('h').raw(0);
    }
    often.op('u').text("_parameters").op('}').text("_buffers").op('}', 'u', 'b', 'u').text("_parameters").op('}')
        .text("_buffers").op('}', 'u', 'b', '.');
    refusedInSeconds(TooLarge.class, often.zip(file()));
  }

  @Test
  void modulesThatHoldOneAnotherAreRefused() {
    PickleBytes cycle = pickle().global("m", "Net").op(')').raw(0x81).op('q').raw(0).op('}', '(').text("_modules")
        .op('}').text("self").op('h').raw(0).op('s').text("_parameters").op('}').text("_buffers").op('}', 'u', 'b', '.');
    refusedInSeconds(TooLarge.class, cycle.zip(file()));
    // 2^40 paths through 40 modules.
    PickleBytes doubling = pickle().op('N', 'q').raw(0, '0');
    for (int i = 1; i <= 40; i++) {
      doubling.global("m", "Net").op(')').raw(0x81).op('}', '(').text("_modules").op('}', '(').text("a").op('h')
          .raw(i - 1).text("b").op('h').raw(i - 1).op('u').text("_parameters").op('}').text("_buffers").op('}', 'u', 'b')
          .op('q').raw(i);
      if (i < 40) {
        doubling.op('0');
      }
    }
    refusedInSeconds(TooLarge.class, doubling.op('.').zip(file()));
  }

  @Test
  void aTensorThatRepeatsAByteWithoutEndIsRefused() {
    assertTrue(refusedTensor(TooLarge.class, 0, new long[] {1L << 20, 1L << 20}, new long[] {0, 0})
        .found().contains("repeating"));
  }

  // Tensors and storages

  static Stream<long[][]> outside() {
    long most = Long.MAX_VALUE;
    return Stream.of(
        new long[][] {{0}, {5}, {1}}, new long[][] {{1}, {2, 2}, {2, 1}}, new long[][] {{4}, {1}, {1}},
        new long[][] {{0}, {2, 2}, {3, 1}}, new long[][] {{0}, {2}, {4}}, new long[][] {{0}, {2}, {-1}},
        new long[][] {{-1}, {2}, {1}}, new long[][] {{0}, {-2}, {1}}, new long[][] {{0}, {2}, {most}},
        new long[][] {{0}, {3}, {most}}, new long[][] {{most}, {2}, {1}}, new long[][] {{most}, {}, {}},
        new long[][] {{0}, {most, most}, {1, 1}}, new long[][] {{0}, {1L << 32, 1L << 32}, {0, 0}},
        new long[][] {{0}, {2, 2}, {1}}, new long[][] {{0}, {2}, {1, 1}}, new long[][] {{0}, {0, most}, {1, 1}},
        new long[][] {{0}, {3, 3}, {most / 2, most / 2}}, new long[][] {{0}, new long[33], new long[33]});
  }

  @ParameterizedTest
  @MethodSource("outside")
  void aTensorThatLeavesItsStorageIsRefusedByName(long[][] tensor) {
    refusedTensor(Damaged.class, tensor[0][0], tensor[1], tensor[2]);
  }

  private ModelImportException refusedTensor(Class<? extends ModelImportException> type, long offset, long[] shape,
      long[] stride) {
    PickleBytes tensor = fragment().tensor("0", 4, offset, shape, stride);
    refused(type, dictOf("w", tensor).stream(folder.resolve("stream"), 1, 2, 3, 4));
    ModelImportException refused = refused(type, dictOf("w", tensor).zip(file()));
    assertTrue(refused.object().contains("\"w\""), refused.getMessage());
    return refused;
  }

  @Test
  void aStorageShorterLongerOrMissingIsRefusedByTensor() {
    PickleBytes good = dictOf("w", fragment().goodTensor());
    for (Map<String, byte[]> others : List.of(Map.<String, byte[]>of(), Map.of("archive/data/0", new byte[15]),
        Map.of("archive/data/0", new byte[17]), Map.of("archive/data/1", new byte[16]))) {
      assertTrue(refused(Damaged.class, good.zip(file(), others)).object().contains("\"w\""));
    }
    refused(Damaged.class, good.stream(file(), 1, 2, 3));
    refused(Damaged.class, good.stream(file(), 1, 2, 3, 4, 5));
    refused(Damaged.class, good.streamThen(file(), pickle().op(']', '.')));
    refused(Damaged.class, good.streamThen(file(), pickle().op(']').text("1").op('a', '.')));
    refused(Damaged.class, good.streamThen(file(), pickle().op('N', '.')));
  }

  static Stream<PickleBytes> storages() {
    return Stream.of(fragment().storage("0", -1), fragment().storage("0", Long.MAX_VALUE),
        fragment().op('(').text("storage").global("torch", "MagicStorage").text("0").text("cpu").number(4).op('t', 'Q'),
        fragment().op('(').text("storage").global("os", "FloatStorage").text("0").text("cpu").number(4).op('t', 'Q'),
        fragment().op('(').text("storage").op('N').text("0").text("cpu").number(4).op('t', 'Q'),
        fragment().op('(').text("other").global("torch", "FloatStorage").text("0").text("cpu").number(4).op('t', 'Q'),
        fragment().storage("0", 4).op('0').storage("0", 5), fragment().op(')', 'Q'),
        fragment().op('(').text("storage").global("torch", "FloatStorage").text("0").text("cpu").number(4)
            .tuple(0, 1, 4).op('t', 'Q'));
  }

  @ParameterizedTest
  @MethodSource("storages")
  void aStorageThatMakesNoSenseIsRefused(PickleBytes storage) {
    refused(Damaged.class, pickle().raw(storage.bytes()).op('.').zip(file()));
  }

  @Test
  void aStateDictWithOtherThingsThanTensorsNamesThem() {
    Path file = pickle().op('}', '(').text("w").raw(fragment().goodTensor().bytes()).text("step").number(3)
        .op('u', '.').zip(file());
    assertTrue(refused(Damaged.class, file).object().contains("\"step\""));
    Path number = pickle().op('}', '(').text("w").raw(fragment().goodTensor().bytes()).number(1)
        .raw(fragment().goodTensor().bytes()).op('u', '.').zip(file());
    assertEquals("1", refused(Damaged.class, number).found());
    refused(Incomplete.class, pickle().op('}', '.').zip(file()));
    refused(Incomplete.class, pickle().op('N', '.').zip(file()));
  }

  @Test
  void aKeyThatComesTwiceIsRefused() {
    byte[] tensor = fragment().goodTensor().bytes();
    Path file = pickle().op('}', '(').text("w").raw(tensor).text("w").raw(tensor).op('u', '.').zip(file());
    assertTrue(refused(Damaged.class, file).found().contains("twice"));
  }

  @Test
  void aNameWithoutEndIsRefused() {
    refused(TooLarge.class, dictOf("w".repeat(StateDict.LONGEST_NAME + 1), fragment().goodTensor()).zip(file()));
  }

  // The zip

  @Test
  void bytesAfterThePickleAreRefused() {
    Path file = dictOf("w", fragment().goodTensor()).op('N').zip(file());
    assertTrue(refused(Damaged.class, file).expected().contains("nothing after"));
  }

  @Test
  void compressedEntriesAreRefusedSoThatTheFileBoundsMemory() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", dictOf("w", fragment().goodTensor()).bytes());
    assertTrue(refused(WrongFormat.class, PickleBytes.writeZip(file(), entries, ZipEntry.DEFLATED))
        .found().contains("compressed"));
  }

  @Test
  void aZipOfSomethingElseIsRefused() {
    refused(WrongFormat.class, PickleBytes.writeZip(file(), Map.of("config.json", new byte[2]), ZipEntry.STORED));
    refused(WrongFormat.class, dictOf("w", fragment().goodTensor())
        .zip(file(), Map.of("other/data.pkl", new byte[2], "archive/data/0", new byte[16])));
  }

  @Test
  void anyFolderNameWillDo() {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("data.pkl", dictOf("w", fragment().goodTensor()).bytes());
    entries.put("data/0", new byte[16]);
    PyTorchFile.open(PickleBytes.writeZip(file(), entries, ZipEntry.STORED)).close();
  }

  // Anything

  @ParameterizedTest
  @CsvSource({"tensors.pth, 2000", "tensors_legacy_protocol5.pth, 2000", "module.pt, 2000"})
  void bytesChangedAnywhereAreReadOrRefusedButNeverFail(String name, int rounds) {
    assertTimeoutPreemptively(Duration.ofSeconds(60), () -> mutate(name, rounds));
  }

  private void mutate(String name, int rounds) throws IOException {
    byte[] good = Files.readAllBytes(TorchFixtures.copy(name, folder));
    Random random = new Random(11);
    int refusals = 0;
    for (int round = 0; round < rounds; round++) {
      byte[] bad = good.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        // Half of them near the end, where a zip has its directory.
        int range = random.nextBoolean() ? bad.length : Math.min(bad.length, 2500);
        bad[bad.length - 1 - random.nextInt(range)] = (byte) random.nextInt(256);
      }
      // A new name each: the JDK keeps an open zip's directory by the file's name and time.
      Path file = Files.write(folder.resolve("changed" + round), bad);
      try (PyTorchFile read = PyTorchFile.open(file)) {
        List<String> names = new ArrayList<>(read.shapes().keySet());
        if (round % 4 == 0) {
          read.read(names.get(random.nextInt(names.size())));
        }
      } catch (ModelImportException refused) {
        refusals++;
      }
      Files.delete(file);
    }
    assertTrue(refusals > rounds / 10 && refusals < rounds, refusals + " refusals");
  }

  private static <T extends ModelImportException> T refusedInSeconds(Class<T> type, Path file) {
    return assertTimeoutPreemptively(Duration.ofSeconds(20), () -> refused(type, file));
  }

  private static <T extends ModelImportException> T refused(Class<T> type, Path file) {
    ModelImportException refused = assertThrows(ModelImportException.class, () -> PyTorchFile.open(file).close());
    assertEquals(file.toString(), refused.file());
    return assertInstanceOf(type, refused, refused.getMessage());
  }
}
