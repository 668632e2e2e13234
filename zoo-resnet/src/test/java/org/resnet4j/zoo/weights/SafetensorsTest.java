package org.resnet4j.zoo.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.resnet4j.zoo.weights.WeightsException.Reason;

class SafetensorsTest {
  @TempDir
  Path folder;

  private Path file(long headerLength, String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(headerLength).put(json).put(data);
    return Files.write(folder.resolve("file.safetensors"), bytes.array());
  }

  private Path file(String header, int dataLength) throws IOException {
    return file(header.getBytes(StandardCharsets.UTF_8).length, header, new byte[dataLength]);
  }

  private static Reason refused(Path file) {
    return refused(file, opened -> {});
  }

  private static Reason refused(Path file, Consumer<Safetensors> action) {
    WeightsException refused = assertThrows(WeightsException.class, () -> {
      try (Safetensors opened = Safetensors.open(file)) {
        action.accept(opened);
      }
    });
    assertTrue(refused.getMessage().startsWith(file.toString()), refused.getMessage());
    return refused.reason();
  }

  private static String tensor(String type, String shape, long begin, long end) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}".formatted(type, shape, begin, end);
  }

  @Test
  void randomTensorsComeBackEqualToTheBit() {
    Random random = new Random(42);
    for (int round = 0; round < 30; round++) {
      Map<String, INDArray> tensors = new LinkedHashMap<>();
      int count = random.nextInt(6);
      for (int i = 0; i < count; i++) {
        long[] shape = random.longs(random.nextInt(5), 0, 7).toArray();
        INDArray values = shape.length == 0 ? Nd4j.scalar(random.nextFloat()) : values(random, shape);
        tensors.put("tensor \u00e9 \"" + i, values);
      }
      Map<String, String> metadata = random.nextBoolean() ? Map.of() : Map.of("model", "\u4e2d\n" + random.nextInt());
      Path file = folder.resolve("round" + round);
      Safetensors.write(file, TensorSource.of("random", tensors), metadata);
      try (Safetensors read = Safetensors.open(file)) {
        assertEquals(metadata, read.metadata());
        assertEquals(new ArrayList<>(tensors.keySet()), new ArrayList<>(read.shapes().keySet()));
        tensors.forEach((name, values) -> assertSame(values, read.read(name), name));
      }
    }
  }

  private static INDArray values(Random random, long[] shape) {
    float[] values = new float[(int) SafetensorsHeader.length(shape)];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt() & 0xbfffffff);
    }
    return values.length == 0 ? Nd4j.create(DataType.FLOAT, shape) : Nd4j.create(values, shape, 'c');
  }

  private static void assertSame(INDArray expected, INDArray found, String name) {
    assertArrayEquals(expected.shape(), found.shape(), name);
    if (!expected.isEmpty()) {
      assertArrayEquals(expected.dup('c').data().asFloat(), found.dup('c').data().asFloat(), name);
    }
  }

  @Test
  void viewsAndTensorsLongerThanAPieceAreWrittenInRowMajorOrder() {
    long rows = 3;
    long columns = FloatChunks.LENGTH;
    INDArray transposed = Nd4j.arange(columns * rows).castTo(DataType.FLOAT).reshape(columns, rows).transpose();
    INDArray doubles = Nd4j.createFromArray(new double[][] {{1, 2, 3}, {4, 5, 6}}).getColumn(1);
    Path file = folder.resolve("views");
    Safetensors.write(file, TensorSource.of("views", Map.of("t", transposed, "d", doubles)), Map.of());
    try (Safetensors read = Safetensors.open(file)) {
      INDArray found = read.read("t");
      assertArrayEquals(new long[] {rows, columns}, found.shape());
      assertEquals(transposed, found);
      assertEquals(7, found.getFloat(1, 2));
      assertArrayEquals(new float[] {2, 5}, read.read("d").toFloatVector());
    }
  }

  @Test
  void theDataBeginsAtAMultipleOfEight() throws IOException {
    for (String name : List.of("a", "ab", "abc", "abcdefgh")) {
      Path file = folder.resolve(name);
      Safetensors.write(file, TensorSource.of("one", Map.of(name, Nd4j.createFromArray(1f))), Map.of());
      byte[] bytes = Files.readAllBytes(file);
      long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertEquals(0, length % 8);
      assertEquals(8 + length + 4, bytes.length);
      assertEquals('{', bytes[8]);
    }
  }

  @Test
  void everyFloatTypeIsConverted() throws IOException {
    String header = "{\"half\":" + tensor("F16", "[7]", 0, 14) + ",\"brain\":" + tensor("BF16", "[1,2]", 14, 18)
        + ",\"double\":" + tensor("F64", "[]", 18, 26) + ",\"float\":" + tensor("F32", "[1]", 26, 30) + "}";
    ByteBuffer data = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
    for (int half : new int[] {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x3555}) {
      data.putShort((short) half);
    }
    data.putShort((short) 0x3f80).putShort((short) 0xc0a0).putDouble(1 / 3.0).putFloat(1e-42f);
    try (Safetensors read = Safetensors.open(file(header.length(), header, data.array()))) {
      assertArrayEquals(new float[] {1, -2, 0x1p-24f, 65504, Float.POSITIVE_INFINITY, -0f, 0.33325195f},
          read.read("half").toFloatVector());
      assertEquals(Nd4j.createFromArray(new float[][] {{1, -5}}), read.read("brain"));
      assertEquals((float) (1 / 3.0), read.read("double").getFloat(0));
      assertEquals(0, read.read("double").rank());
      assertEquals(1e-42f, read.read("float").getFloat(0));
      assertEquals(ElementType.BF16, read.type("brain"));
    }
  }

  @Test
  void wholeNumbersAreReadAsLongsOnly() throws IOException {
    String header = "{\"steps\":" + tensor("I64", "[2]", 0, 16) + ",\"bytes\":" + tensor("U8", "[1]", 16, 17)
        + ",\"huge\":" + tensor("U64", "[1]", 17, 25) + "}";
    byte[] data = ByteBuffer.allocate(25).order(ByteOrder.LITTLE_ENDIAN).putLong(-5).putLong(1L << 40).put((byte) 255)
        .array();
    Path file = file(header.length(), header, data);
    try (Safetensors read = Safetensors.open(file)) {
      assertArrayEquals(new long[] {-5, 1L << 40}, read.readLongs("steps"));
      assertArrayEquals(new long[] {255}, read.readLongs("bytes"));
    }
    assertEquals(Reason.ELEMENT_TYPE_NOT_READABLE, refused(file, read -> read.read("steps")));
    assertEquals(Reason.ELEMENT_TYPE_NOT_READABLE, refused(file, read -> read.readLongs("huge")));
    assertEquals(Reason.NO_SUCH_TENSOR, refused(file, read -> read.read("other")));
  }

  @Test
  void whatIsNoFileIsRefused() {
    assertEquals(Reason.INPUT_OUTPUT, refused(folder.resolve("missing")));
    assertEquals(Reason.NOT_A_FILE, refused(folder));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void aFileShorterThanItsPrefixIsRefused(int length) throws IOException {
    assertEquals(Reason.TOO_SHORT, refused(Files.write(folder.resolve("short"), new byte[length])));
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void aHeaderBeyondTheFileIsRefused(long length) throws IOException {
    assertEquals(Reason.HEADER_LENGTH, refused(file(length, "{}", new byte[0])));
  }

  @Test
  void aHeaderBeyondTheLimitIsRefusedInAFileThatIsLargeEnough() throws IOException {
    Path file = file(Safetensors.LONGEST_HEADER + 1, "{}", new byte[0]);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(Safetensors.LONGEST_HEADER + 1000);
    }
    assertEquals(Reason.HEADER_LENGTH, refused(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{'a':1}",
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},\"a\":{}}",
      "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}",
      "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "{\"a\":{\"shape\":[[[1]]]}}",
      "{\"a\":{\"shape\":[123456789012345678901234567890]}}", "{\"a\":{\"shape\":[01]}}", "{\"a\":{\"shape\":[NaN]}}",
      "{}x", "{\"a\":\"\\ud8\"}", "\u0000\u0000"})
  void aHeaderThatIsNoStrictJsonIsRefused(String header) throws IOException {
    assertEquals(Reason.HEADER_JSON, refused(file(header, 0)));
  }

  @Test
  void aHeaderThatIsNoUtf8IsRefused() throws IOException {
    byte[] header = "{\"__metadata__\":{\"k\":\"?\"}}".getBytes(StandardCharsets.ISO_8859_1);
    header[header.length - 4] = (byte) 0xff;
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    assertEquals(Reason.HEADER_JSON, refused(Files.write(folder.resolve("latin"), bytes.array())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "[]", "1", "{} {}", "{\"a\":1}", "{\"a\":{}}", "{\"a\":null}",
      "{\"__metadata__\":{\"k\":1}}", "{\"__metadata__\":{\"k\":{}}}", "{\"__metadata__\":[]}",
      "{\"a\":{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"1\"],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[9999999999999999999],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
          + "\"data_offsets\":[0,4]}}"})
  void aHeaderOfAnotherStructureIsRefused(String header) throws IOException {
    assertEquals(Reason.HEADER_FIELD, refused(file(header, 4)));
  }

  @Test
  void anUnknownElementTypeIsNamed() throws IOException {
    Path file = file("{\"a\":" + tensor("F4\\u001b", "[1]", 0, 4) + "}", 4);
    WeightsException refused = assertThrows(WeightsException.class, () -> Safetensors.open(file));
    assertEquals(Reason.ELEMENT_TYPE_UNKNOWN, refused.reason());
    assertTrue(refused.getMessage().contains("found \"F4?\"."), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"F32|[2]|4", "F32|[0]|4", "F64|[1]|4", "F16|[3]|4",
      "F32|[4294967296,4294967296]|4", "F32|[4611686018427387905]|4", "F32|[9223372036854775807]|4", "BOOL|[]|4"})
  void bytesThatDontMatchTheShapeAreRefused(String type, String shape, int bytes) throws IOException {
    assertEquals(Reason.TENSOR_SIZE, refused(file("{\"a\":" + tensor(type, shape, 0, bytes) + "}", bytes)));
  }

  @Test
  void tensorsThatOverlapLeaveAHoleOrLeaveTheFileAreRefused() throws IOException {
    String first = "{\"a\":" + tensor("F32", "[1]", 0, 4) + ",\"b\":";
    for (String second : List.of(tensor("F32", "[1]", 0, 4), tensor("F32", "[1]", 3, 7), tensor("F32", "[1]", 5, 9),
        tensor("F32", "[2]", 4, 12), tensor("F32", "[1]", 4, 2), tensor("F32", "[1]", 4, Long.MAX_VALUE))) {
      assertEquals(Reason.TENSOR_OFFSETS, refused(file(first + second + "}", 8)), second);
    }
    assertEquals(Reason.TENSOR_OFFSETS, refused(file(first + tensor("F32", "[1]", 4, 8) + "}", 9)), "bytes left over");
    assertEquals(Reason.TENSOR_OFFSETS, refused(file("{\"a\":" + tensor("F32", "[1]", 4, 8) + "}", 8)), "late begin");
  }

  @Test
  void tensorsMayLieInAnyOrderAndBeEmpty() throws IOException {
    String header = "{\"b\":" + tensor("F32", "[1]", 4, 8) + ",\"e\":" + tensor("F32", "[3,0]", 4, 4)
        + ",\"a\":" + tensor("F32", "[1]", 0, 4) + "}   ";
    try (Safetensors read = Safetensors.open(file(header, 8))) {
      assertEquals(List.of("b", "e", "a"), new ArrayList<>(read.shapes().keySet()));
      assertArrayEquals(new long[] {3, 0}, read.read("e").shape());
    }
  }

  @Test
  void tooManyTensorsAreRefused() throws IOException {
    StringBuilder header = new StringBuilder("{");
    String tensor = tensor("F32", "[0]", 0, 0);
    for (int i = 0; i <= SafetensorsHeader.MOST_ENTRIES; i++) {
      header.append(i == 0 ? "" : ",").append('"').append(i).append("\":").append(tensor);
    }
    assertEquals(Reason.TOO_MANY_TENSORS, refused(file(header.append('}').toString(), 0)));
  }

  @Test
  void aFileCutAfterOpeningIsRefused() throws IOException {
    Path file = file("{\"a\":" + tensor("F32", "[100]", 0, 400) + "}", 400);
    assertEquals(Reason.INPUT_OUTPUT, refused(file, read -> {
      try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
        shorter.setLength(200);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      read.read("a");
    }));
  }

  @Test
  void anyByteChangedInTheHeaderIsReadOrRefusedButNeverFails() throws IOException {
    Path file = folder.resolve("good");
    Safetensors.write(file, TensorSource.of("one", Map.of("a", Nd4j.ones(2, 3), "b", Nd4j.ones(1))), Map.of("k", "v"));
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(7);
    int refusals = 0;
    for (int round = 0; round < 500; round++) {
      byte[] bad = good.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      Path changed = Files.write(folder.resolve("changed"), bad);
      try (Safetensors read = Safetensors.open(changed)) {
        read.shapes().keySet().forEach(read::type);
      } catch (WeightsException refused) {
        refusals++;
      }
    }
    assertTrue(refusals > 100, refusals + " refusals");
  }

  @Test
  void whatCouldNotBeReadAgainIsNotWritten() throws IOException {
    INDArray one = Nd4j.ones(1);
    Path file = folder.resolve("never");
    List<Runnable> writes = List.of(
        () -> Safetensors.write(file, TensorSource.of("t", Map.of("__metadata__", one)), Map.of()),
        () -> Safetensors.write(file, TensorSource.of("t", Map.of("a\ud800", one)), Map.of()),
        () -> Safetensors.write(file, TensorSource.of("t", Map.of("a".repeat(2000), one)), Map.of()),
        () -> Safetensors.write(file, TensorSource.of("t", Map.of("a", one)), Map.of("k", "v".repeat(2 << 20))));
    for (int i = 0; i < writes.size(); i++) {
      WeightsException refused = assertThrows(WeightsException.class, writes.get(i)::run, "write " + i);
      assertEquals(Reason.NOT_WRITABLE, refused.reason());
    }
    try (var entries = Files.list(folder)) {
      assertEquals(0, entries.count());
    }
  }
}
