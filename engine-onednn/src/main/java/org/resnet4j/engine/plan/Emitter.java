package org.resnet4j.engine.plan;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.resnet4j.engine.EngineException;

/** Takes down the steps of a plan while the nodes say, one after the other, what they need. */
public final class Emitter {
  private final Program program;
  private final memory.data_type type;
  private final Natives natives;
  private final List<Step> steps = new ArrayList<>();
  private final List<Storage.Buffer> buffers = new ArrayList<>();
  private final Map<Value, Tensor> tensors = new HashMap<>();
  private final Map<Storage, List<Value>> holders = new HashMap<>();
  private final Map<Value, Integer> lastReaders = new HashMap<>();
  private final Map<Value, Node> makers = new HashMap<>();
  private final Map<Value, Integer> readers = new HashMap<>();
  private final Map<Constant, List<Tensor>> masters = new HashMap<>();
  private final Set<Value> keptForBackward = new HashSet<>();
  private final List<Integer> segments;
  private final Tape tape;
  private boolean channelsLast;
  private int position;

  Emitter(Program program, memory.data_type type, Natives natives, Pass pass) {
    this.program = program;
    this.type = type;
    this.natives = natives;
    this.tape = pass == Pass.INFERENCE ? null : new Tape(this, program);
    for (int i = 0; i < program.nodes().size(); i++) {
      makers.put(program.nodes().get(i).output(), program.nodes().get(i));
      for (Value input : program.nodes().get(i).inputs()) {
        lastReaders.put(input, i);
        readers.merge(input, 1, Integer::sum);
      }
    }
    for (Value output : program.outputs()) {
      lastReaders.put(output, Integer.MAX_VALUE);
      readers.merge(output, 1, Integer::sum);
    }
    segments = pass == Pass.TRAINING_WITH_RECOMPUTATION ? cuts(program, lastReaders) : List.of();
    if (tape != null) {
      program.nodes().stream().filter(node -> tape.wants(node.output()))
          .forEach(node -> keptForBackward.addAll(node.inputs()));
    }
  }

  /** All nodes, from inputs of plain float32 arrays to outputs of such. */
  void emit(List<long[]> shapes) {
    channelsLast = channelsLast(shapes);
    for (int i = 0; i < shapes.size(); i++) {
      give(program.inputs().get(i), new Tensor(new Storage.Input(i), keep(Descs.plain(shapes.get(i), f32()))));
    }
    int start = 0;
    for (int end : segments) {
      segment(start, end);
      start = end;
    }
    emitNodes(start, program.nodes().size());
    for (int i = 0; i < program.outputs().size(); i++) {
      Tensor inner = tensor(program.outputs().get(i));
      copy(inner, new Tensor(new Storage.Output(i), Descs.plain(inner.shape(), f32())));
    }
  }

  private void emitNodes(int start, int end) {
    for (position = start; position < end; position++) {
      Node node = program.nodes().get(position);
      if (tape != null && tape.wants(node.output())) {
        node.train(this, tape);
      } else {
        node.forward(this);
      }
      if (!tensors.containsKey(node.output())) {
        throw new IllegalStateException("node " + node.name() + " gave no output");
      }
    }
  }

  /** Nodes of whose values only the last is kept; the others are computed again in the backward pass. */
  private void segment(int start, int end) {
    tape.forgetting(() -> emitNodes(start, end));
    tape.record(program.nodes().get(end - 1).output(), () -> tape.playing(() -> emitNodes(start, end)));
  }

  /** Where a program can be parted: between nodes that are connected by one value alone. */
  private static List<Integer> cuts(Program program, Map<Value, Integer> lastReaders) {
    List<Integer> cuts = new ArrayList<>();
    List<Value> alive = new ArrayList<>(program.inputs());
    for (int i = 0; i < program.nodes().size(); i++) {
      int place = i;
      Value made = program.nodes().get(i).output();
      alive.add(made);
      alive.removeIf(value -> lastReaders.getOrDefault(value, -1) <= place);
      if (alive.equals(List.of(made)) && lastReaders.get(made) != Integer.MAX_VALUE) {
        cuts.add(i + 1);
      }
    }
    return cuts;
  }

  /**
   * The backward pass, from the outputs' gradients as plain float32 arrays, which are inputs behind the network's own.
   */
  void emitBackward() {
    for (int i = 0; i < program.outputs().size(); i++) {
      Value output = program.outputs().get(i);
      Tensor like = tensor(output);
      Tensor given = new Tensor(new Storage.Input(program.inputs().size() + i),
          keep(Descs.plain(like.shape(), f32())));
      if (tape.wants(output)) {
        tape.begin(output, in(given, like.desc()));
      }
    }
    tape.play();
  }

  int position() {
    return position;
  }

  /** Goes back to a node for its backward pass. */
  void enter(int node) {
    position = node;
  }

  List<Step> steps() {
    return steps;
  }

  List<Storage.Buffer> buffers() {
    return buffers;
  }

  /** The node at work. */
  public String node() {
    return position < program.nodes().size() ? program.nodes().get(position).name() : "output";
  }

  public engine engine() {
    return Cpu.ENGINE;
  }

  public static memory.data_type f32() {
    return memory.data_type.f32;
  }

  /** The type that the network is computed in. */
  public memory.data_type type() {
    return type;
  }

  /** The type that a value has: outputs of the network are float32 from their kernel on. */
  public memory.data_type type(Value value) {
    return program.outputs().contains(value) ? f32() : type;
  }

  /** Whether images are to lie with their channels last, else as each kernel likes it. */
  public boolean channelsLast() {
    return channelsLast;
  }

  /**
   * Kernels for narrow types want channels last. Of those for float32, which want blocks of channels, AVX-512 has faster
   * ones for channels last where an image is alone (5 % of ResNet-50) or channels are in groups (25 % of ResNeXt-50).
   */
  private boolean channelsLast(List<long[]> shapes) {
    return type != f32() || Cpu.hasAvx512() && (shapes.stream().allMatch(shape -> shape[0] == 1)
        || program.nodes().stream().anyMatch(Node::prefersChannelsLast));
  }

  public Tensor tensor(Value value) {
    Tensor tensor = tensors.get(value);
    if (tensor == null) {
      throw new IllegalStateException("node " + node() + " reads " + value + ", which no node before it gives");
    }
    return tensor;
  }

  /** Says where a value lies; several values may share a place. */
  public void give(Value value, Tensor tensor) {
    tensors.put(value, tensor);
    holders.computeIfAbsent(tensor.storage(), storage -> new ArrayList<>()).add(value);
  }

  /** Whether the node at work is the last to read what lies there, so that it may write over it. */
  public boolean ends(Tensor tensor) {
    return tensor.storage() instanceof Storage.Buffer
        && holders.getOrDefault(tensor.storage(), List.of()).stream().allMatch(value ->
            lastReaders.getOrDefault(value, -1) <= position && !keptForBackward.contains(value));
  }

  /**
   * Whether the node at work, in training, may write over one of its inputs: it is the only reader, and the backward
   * pass of the node that made it does without.
   */
  public boolean mayReplace(Value input) {
    Node maker = makers.get(input);
    return readers.getOrDefault(input, 0) == 1 && maker != null && !maker.keepsOutput()
        && holders.get(tensor(input).storage()).size() == 1 && tensor(input).storage() instanceof Storage.Buffer;
  }

  /** A new place. */
  public Tensor allocate(memory.desc desc) {
    Storage.Buffer buffer = new Storage.Buffer(desc.get_size());
    Tensor tensor = new Tensor(buffer, desc);
    // Kernels count elements in ints; some fail hard at more.
    if (desc.get_size() / memory.data_type_size(desc.get_data_type()) > Integer.MAX_VALUE) {
      throw wrong("fewer images at a time, for activations of at most " + Integer.MAX_VALUE + " numbers", tensor);
    }
    buffers.add(buffer);
    return tensor;
  }

  /** The tensor's own place where nobody needs that any more and it has the layout; else a new one. */
  public Tensor over(Tensor tensor, memory.desc desc) {
    return ends(tensor) && tensor.desc().equals(desc) ? tensor : allocate(desc);
  }

  /** A parameter in a layout. */
  public Tensor constant(Constant constant, memory.desc desc) {
    return tape != null && constant.isTrained() ? master(constant, desc)
        : new Tensor(new Storage.Parameter(constant), desc);
  }

  /** The network's own array, or a copy that each pass makes anew. */
  private Tensor master(Constant constant, memory.desc desc) {
    List<Tensor> made = masters.computeIfAbsent(constant, unused -> new ArrayList<>());
    for (Tensor one : made) {
      if (one.desc().equals(desc)) {
        return one;
      }
    }
    Tensor tensor = in(placed(new Storage.Master(constant), constant, Descs.shape(desc)), desc);
    made.add(tensor);
    return tensor;
  }

  /**
   * The transpose of a trained parameter that is a matrix, which each pass makes anew.
   *
   * @param desc of shape [C, C', 1, 1] for a parameter of shape [C', C, 1, 1]
   */
  public Tensor transposed(Constant constant, memory.desc desc) {
    long[] shape = Descs.shape(desc);
    Tensor given = placed(new Storage.Master(constant), constant, new long[] {shape[1], shape[0], 1, 1});
    return in(given.as(given.desc().permute_axes(new int[] {1, 0, 2, 3})), desc);
  }

  /** Where the network wants a parameter's gradient, seen in the node's shape. */
  Tensor gradient(Constant constant, long[] shape) {
    return placed(new Storage.Gradient(constant), constant, shape);
  }

  private static Tensor placed(Storage storage, Constant constant, long[] shape) {
    INDArray view = constant.view();
    memory.desc desc = new memory.desc(view.shape(), f32(), view.stride());
    return new Tensor(storage, Arrays.equals(view.shape(), shape) ? desc : desc.reshape(shape));
  }

  /** The tensor in a layout and type: itself, or a copy. */
  public Tensor in(Tensor tensor, memory.desc desc) {
    if (tensor.desc().equals(desc)) {
      return tensor;
    }
    Tensor copy = allocate(desc);
    copy(tensor, copy);
    return copy;
  }

  /** The tensor row by row. */
  public Tensor plain(Tensor tensor) {
    return in(tensor, Descs.plain(tensor.shape(), tensor.type()));
  }

  /** The layout of a tensor that no kernel asks for: channels last where the kernels want that, else row by row. */
  public memory.desc dense(long[] shape) {
    return channelsLast && shape.length == 4 ? Descs.channelsLast(shape, type) : Descs.plain(shape, type);
  }

  /** Copies between layouts and types. */
  public void copy(Tensor from, Tensor to) {
    reorder.primitive_desc description = new reorder.primitive_desc(Cpu.ENGINE, from.desc(), Cpu.ENGINE, to.desc(),
        attributes(), false);
    run(description, new reorder(description), Map.of(DNNL_ARG_SRC, from, DNNL_ARG_DST, to));
  }

  /** Attributes with memory for the primitive's own use coming from the plan, so that calls don't share it. */
  public primitive_attr attributes() {
    primitive_attr attributes = new primitive_attr();
    attributes.set_scratchpad_mode(scratchpad_mode.user);
    return attributes;
  }

  /** Adds a primitive. */
  public void run(primitive_desc_base description, primitive primitive, Map<Integer, Tensor> tensors) {
    List<Step.Argument> arguments = new ArrayList<>();
    tensors.forEach((role, tensor) -> arguments.add(new Step.Argument(role, tensor)));
    memory.desc scratchpad = description.scratchpad_desc();
    if (scratchpad.get_size() > 0) {
      arguments.add(new Step.Argument(DNNL_ARG_SCRATCHPAD, allocate(scratchpad)));
    }
    arguments.forEach(argument -> used(argument.tensor()));
    steps.add(new Step.Kernel(node(), primitive.get_kind().toString(), description.impl_info_str().getString(),
        natives.keep(primitive), arguments));
  }

  /**
   * Adds work in Java.
   *
   * @param inputs plain, in float32
   * @param output the same
   */
  public void call(List<Tensor> inputs, Tensor output, Step.Work work) {
    inputs.forEach(this::used);
    used(output);
    steps.add(new Step.Call(node(), List.copyOf(inputs), output, work));
  }

  /** Fills a tensor's whole place with zeros. */
  public void clear(Tensor tensor) {
    used(tensor);
    steps.add(new Step.Clear(node(), tensor));
  }

  /** Fills a plain float32 tensor in each pass anew with zeros and, with the probability given, its inverse. */
  public void retain(Tensor tensor, double probability) {
    used(tensor);
    steps.add(new Step.Retain(node(), tensor, probability, position));
  }

  private void used(Tensor tensor) {
    keep(tensor.desc());
    if (tensor.storage() instanceof Storage.Buffer buffer) {
      buffer.usedAt(steps.size());
    }
  }

  private memory.desc keep(memory.desc desc) {
    return natives.keep(desc);
  }

  /** Of the arrays that the network was given, in order of its inputs. */
  public List<long[]> inputShapes() {
    return program.inputs().stream().map(input -> tensor(input).shape()).toList();
  }

  /** That the node can't take this input. */
  public EngineException wrong(String expected, Tensor found) {
    return new EngineException.WrongInput("vertex " + node(), expected, "shape " + Arrays.toString(found.shape()));
  }
}
