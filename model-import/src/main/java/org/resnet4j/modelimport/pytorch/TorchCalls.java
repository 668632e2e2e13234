package org.resnet4j.modelimport.pytorch;

import static org.resnet4j.modelimport.ModelImportException.quote;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.resnet4j.modelimport.ModelImportException.Unsafe;
import org.resnet4j.modelimport.pytorch.Pickled.Dict;
import org.resnet4j.modelimport.pytorch.Pickled.Global;
import org.resnet4j.modelimport.pytorch.Pickled.Opaque;
import org.resnet4j.modelimport.pytorch.Pickled.Sequence;
import org.resnet4j.modelimport.pytorch.Pickled.Storage;
import org.resnet4j.modelimport.pytorch.Pickled.Tensor;
import org.resnet4j.modelimport.pytorch.Pickled.Tuple;
import org.resnet4j.zoo.weights.ElementType;

/**
 * The names that a state dict's pickle needs, and what a call of each means. Any other name is kept as a name, and
 * noted: {@link #foreign()}; a call of it is refused.
 */
final class TorchCalls {
  static final String REMEDY = "Don't trust the file. If you do: load it in PyTorch and save only the state dict, "
      + "torch.save(model.state_dict(), file).";

  private static final Map<String, ElementType> STORAGES = Map.ofEntries(
      Map.entry("DoubleStorage", ElementType.F64), Map.entry("FloatStorage", ElementType.F32),
      Map.entry("HalfStorage", ElementType.F16), Map.entry("BFloat16Storage", ElementType.BF16),
      Map.entry("LongStorage", ElementType.I64), Map.entry("IntStorage", ElementType.I32),
      Map.entry("ShortStorage", ElementType.I16), Map.entry("CharStorage", ElementType.I8),
      Map.entry("ByteStorage", ElementType.U8), Map.entry("BoolStorage", ElementType.BOOL),
      Map.entry("ComplexFloatStorage", ElementType.C64), Map.entry("UntypedStorage", ElementType.U8));
  private static final Set<String> STORAGE_MODULES = Set.of("torch", "torch.cuda", "torch.storage");
  private static final Map<String, ElementType> TYPES = Map.ofEntries(
      Map.entry("torch.float64", ElementType.F64), Map.entry("torch.float32", ElementType.F32),
      Map.entry("torch.float16", ElementType.F16), Map.entry("torch.bfloat16", ElementType.BF16),
      Map.entry("torch.int64", ElementType.I64), Map.entry("torch.int32", ElementType.I32),
      Map.entry("torch.int16", ElementType.I16), Map.entry("torch.int8", ElementType.I8),
      Map.entry("torch.uint64", ElementType.U64), Map.entry("torch.uint32", ElementType.U32),
      Map.entry("torch.uint16", ElementType.U16), Map.entry("torch.uint8", ElementType.U8),
      Map.entry("torch.bool", ElementType.BOOL), Map.entry("torch.complex64", ElementType.C64));
  /** Classes that are named beside tensors. */
  private static final Set<String> TENSOR_CLASSES =
      Set.of("torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer", "argparse.Namespace");

  private final Map<String, Storage> storages = new LinkedHashMap<>();
  private final Set<String> foreign = new LinkedHashSet<>();

  private enum Call {
    DICT("collections.OrderedDict", "collections.defaultdict", "__builtin__.dict", "builtins.dict"),
    SEQUENCE("__builtin__.set", "builtins.set", "__builtin__.frozenset", "builtins.frozenset"),
    SIZE("torch.Size"),
    TENSOR("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2"),
    TENSOR_OF_TYPE("torch._utils._rebuild_tensor_v3"),
    PARAMETER("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state"),
    OF_CLASS("torch._tensor._rebuild_from_type_v2"),
    OPAQUE("torch.device", "numpy.dtype", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
        "_codecs.encode"),
    /** What modules keep as attributes: {@code torch.relu}, a norm with options. Foreign to a state dict. */
    OPAQUE_IN_MODULES("__builtin__.getattr", "builtins.getattr", "functools.partial");

    private static final Map<String, Call> BY_NAME = new LinkedHashMap<>();

    static {
      for (Call call : values()) {
        call.names.forEach(name -> BY_NAME.put(name, call));
      }
    }

    private final List<String> names;

    Call(String... names) {
      this.names = List.of(names);
    }
  }

  /** Names that no state dict needs, in the order in which the pickle had them. */
  Set<String> foreign() {
    return foreign;
  }

  /** Each storage that the pickle names, by its key. */
  Map<String, Storage> storages() {
    return storages;
  }

  /** A name as the pickle has it, noted if it is foreign. */
  Global named(Global global) {
    String name = global.qualified();
    Call call = Call.BY_NAME.get(name);
    if ((call == null || call == Call.OPAQUE_IN_MODULES) && !TYPES.containsKey(name)
        && !TENSOR_CLASSES.contains(name) && storageType(global) == null) {
      foreign.add(name);
    }
    return global;
  }

  private static ElementType storageType(Global global) {
    return STORAGE_MODULES.contains(global.module()) ? STORAGES.get(global.name()) : null;
  }

  /** The type of a value such as {@code torch.float32}, or null. */
  static ElementType type(Object dtype) {
    return dtype instanceof Global global ? TYPES.get(global.qualified()) : null;
  }

  /**
   * What a call gives.
   *
   * @param count is told of each item that is copied
   * @throws Unsafe if the function isn't one that a state dict needs
   */
  Object call(PickleInput in, Global function, List<Object> arguments, IntConsumer count) {
    Call call = Call.BY_NAME.get(function.qualified());
    if (call == null) {
      throw new Unsafe(in.object(), "only the calls that a state dict needs",
          "a call of " + quote(function.qualified()) + " at byte " + in.position(), REMEDY);
    }
    return switch (call) {
      case OPAQUE, OPAQUE_IN_MODULES -> new Opaque(function);
      case DICT -> dict(in, function, arguments, count);
      case SEQUENCE -> new Sequence(new ArrayList<>(items(in, function, arguments, count)));
      case SIZE -> new Tuple(items(in, function, arguments, count));
      case TENSOR, TENSOR_OF_TYPE -> tensor(in, function, call, arguments);
      case PARAMETER -> argument(in, function, arguments, Tensor.class);
      case OF_CLASS -> {
        if (arguments.size() == 4 && arguments.get(0) instanceof Global rebuild && !rebuild.equals(function)
            && arguments.get(2) instanceof Tuple tensorArguments) {
          yield call(in, rebuild, tensorArguments.items(), count);
        }
        throw wrongArguments(in, function);
      }
    };
  }

  private static Tensor tensor(PickleInput in, Global function, Call call, List<Object> arguments) {
    int metadata = call == Call.TENSOR_OF_TYPE ? 7 : 6;
    if (arguments.size() < 4 || call == Call.TENSOR_OF_TYPE && arguments.size() < 7) {
      throw wrongArguments(in, function);
    }
    return new Tensor(arguments.get(0), arguments.get(1), arguments.get(2), arguments.get(3),
        call == Call.TENSOR_OF_TYPE ? arguments.get(6) : null,
        arguments.size() > metadata ? arguments.get(metadata) : null);
  }

  /** An empty dict, or Python 2's list of pairs. A defaultdict's argument is its values' class. */
  private static Dict dict(PickleInput in, Global function, List<Object> arguments, IntConsumer count) {
    Dict dict = new Dict();
    if (arguments.isEmpty() || arguments.get(0) instanceof Global) {
      return dict;
    }
    for (Object pair : items(in, function, arguments, count)) {
      List<Object> entry = pair instanceof Tuple tuple ? tuple.items()
          : pair instanceof Sequence sequence ? sequence.items() : List.of();
      if (entry.size() != 2) {
        throw wrongArguments(in, function);
      }
      Unpickler.put(in, dict, entry.get(0), entry.get(1));
    }
    return dict;
  }

  /** The items of the one argument. */
  private static List<Object> items(PickleInput in, Global function, List<Object> arguments, IntConsumer count) {
    if (arguments.isEmpty()) {
      return List.of();
    }
    List<Object> items = arguments.get(0) instanceof Tuple tuple ? tuple.items()
        : argument(in, function, arguments, Sequence.class).items();
    count.accept(items.size());
    return items;
  }

  private static <T> T argument(PickleInput in, Global function, List<Object> arguments, Class<T> type) {
    if (arguments.isEmpty() || !type.isInstance(arguments.get(0))) {
      throw wrongArguments(in, function);
    }
    return type.cast(arguments.get(0));
  }

  private static RuntimeException wrongArguments(PickleInput in, Global function) {
    return in.damaged("the arguments of " + function.qualified(), "others");
  }

  /**
   * What {@code torch.save} keeps beside the pickle: {@code ("storage", class, key, device, count[, view])}, a view
   * being {@code (key, begin, length)}; {@code ("module", class, file, source code)}.
   */
  Object persistent(PickleInput in, Object id) {
    List<Object> parts = id instanceof Tuple tuple ? tuple.items() : List.of();
    if (parts.size() == 4 && "module".equals(parts.get(0)) && parts.get(1) instanceof Global type) {
      return type;
    }
    if (parts.size() < 5 || parts.size() > 6 || !"storage".equals(parts.get(0))
        || !(parts.get(1) instanceof Global storageClass) || storageType(storageClass) == null
        || !(parts.get(2) instanceof String key) || !(parts.get(4) instanceof Long count) || count < 0) {
      throw in.damaged("a storage of numbers, its key and its length", Unpickler.kind(id) + part(parts, 1));
    }
    ElementType type = storageType(storageClass);
    if (count > Long.MAX_VALUE / type.bytes()) {
      throw in.damaged("a storage that a file can hold", count + " values in storage " + quote(key));
    }
    Storage storage = new Storage(key, type, count, 0, count);
    Storage other = storages.putIfAbsent(key, storage);
    if (other != null && other.count() * other.type().bytes() != count * type.bytes()) {
      throw in.damaged("storage " + quote(key) + " always as long", count + " and " + other.count() + " values");
    }
    if (parts.size() == 5 || parts.get(5) == null) {
      return storage;
    }
    if (parts.get(5) instanceof Tuple view && view.items().size() == 3 && view.items().get(1) instanceof Long begin
        && view.items().get(2) instanceof Long length && begin >= 0 && begin <= count && length >= 0
        && length <= count - begin) {
      return new Storage(key, type, count, begin, length);
    }
    throw in.damaged("a view that lies in its storage " + quote(key), "another");
  }

  private static String part(List<Object> parts, int index) {
    return parts.size() > index ? " with " + Unpickler.kind(parts.get(index)) : "";
  }
}
