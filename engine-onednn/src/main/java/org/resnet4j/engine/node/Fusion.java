package org.resnet4j.engine.node;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.resnet4j.engine.plan.Constant;
import org.resnet4j.engine.plan.Node;
import org.resnet4j.engine.plan.Program;
import org.resnet4j.engine.plan.Value;

/**
 * The same program with fewer nodes: normalisation folded into the weights before it, zeros around an image left to the
 * convolution, sums and activations computed while a kernel's result is in registers. Only what nobody else reads goes.
 */
public final class Fusion {
  private static final int ROWS = 2;
  /** oneDNN takes 32 operations behind a kernel's own, of which a sum, or a norm's shift, may be one. */
  private static final int MOST = 31;

  private final boolean training;
  private final Set<Value> wanted;
  private final Node[] nodes;
  private final Map<Value, Integer> makers = new HashMap<>();
  private final Map<Value, Integer> readers = new HashMap<>();

  private Fusion(Program program, boolean training) {
    this.training = training;
    wanted = program.wanted();
    nodes = program.nodes().toArray(Node[]::new);
    for (int i = 0; i < nodes.length; i++) {
      makers.put(nodes[i].output(), i);
      nodes[i].inputs().forEach(this::read);
    }
    program.outputs().forEach(this::read);
  }

  private void read(Value value) {
    readers.merge(value, 1, Integer::sum);
  }

  /** For inference. */
  public static Program of(Program program) {
    return of(program, false);
  }

  /** For training, where the backward pass reads most of what lies between; up to there as for inference. */
  public static Program training(Program program) {
    return of(program, true);
  }

  private static Program of(Program program, boolean training) {
    Program needed = needed(program);
    Fusion fusion = new Fusion(needed, training);
    for (int i = 0; i < fusion.nodes.length; i++) {
      fusion.fuse(i);
    }
    return new Program(needed.inputs(), Arrays.stream(fusion.nodes).filter(Objects::nonNull).toList(),
        needed.outputs());
  }

  /** Without nodes on which no output depends. */
  private static Program needed(Program program) {
    List<Value> wanted = new ArrayList<>(program.outputs());
    List<Node> kept = new ArrayList<>();
    for (int i = program.nodes().size() - 1; i >= 0; i--) {
      Node node = program.nodes().get(i);
      if (wanted.contains(node.output())) {
        kept.add(0, node);
        wanted.addAll(node.inputs());
      }
    }
    return new Program(program.inputs(), kept, program.outputs());
  }

  private void fuse(int i) {
    if (training && wanted.contains(nodes[i].output()) && !fusesInTraining(i)) {
      return;
    }
    if (nodes[i] instanceof Affine affine) {
      fold(i, affine);
    } else if (nodes[i] instanceof Elementwise elementwise) {
      attach(i, elementwise);
    } else if (nodes[i] instanceof Combination sum && sum.kind() == Combination.Kind.ADD) {
      add(i, sum);
    } else if (nodes[i] instanceof Convolution convolution && convolution.window().known()
        && sole(convolution.input()) instanceof Borders borders && pads(borders)) {
      replace(i, borders, convolution.on(borders.input(), padded(convolution.window(), borders)));
    } else if (nodes[i] instanceof Pool pool && pool.window().known() && sole(pool.input()) instanceof Borders borders
        && pads(borders)) {
      takeIn(i, pool, borders);
    }
  }

  private boolean fusesInTraining(int i) {
    if (nodes[i] instanceof Elementwise elementwise && elementwise.functions().equals(List.of(Eltwise.RELU))) {
      Node before = sole(elementwise.input());
      if (before instanceof BatchNorm norm && !norm.relu()) {
        replace(i, before, norm.thenRelu(elementwise.output()));
      } else if (before instanceof Combination sum && sum.kind() == Combination.Kind.ADD
          && sum.activation().isEmpty()) {
        replace(i, before, sum.then(List.of(Eltwise.RELU), elementwise.output()));
      }
    }
    return nodes[i] instanceof Convolution || nodes[i] instanceof Pool;
  }

  private static Window padded(Window window, Borders borders) {
    return window.padded(rows(borders.before()), rows(borders.after()));
  }

  private static int[] rows(List<Integer> borders) {
    return new int[] {borders.get(ROWS), borders.get(ROWS + 1)};
  }

  /** Whether zeros are added around images, and nowhere else. */
  private static boolean pads(Borders borders) {
    return borders.before().size() == 4 && borders.onlyAdds() && borders.before().get(0) == 0
        && borders.before().get(1) == 0 && borders.after().get(0) == 0 && borders.after().get(1) == 0;
  }

  /** Zeros are what a pool's padding is where it counts, and change no maximum of numbers none of which is negative. */
  private void takeIn(int i, Pool pool, Borders borders) {
    Window window = padded(pool.window(), borders);
    boolean counts = pool.kind() == Pool.Kind.AVERAGE_WITH_PADDING
        || pool.kind() == Pool.Kind.AVERAGE && !pool.window().pads();
    if (window.reachesImage() && (counts || pool.kind() == Pool.Kind.MAXIMUM && notNegative(borders.input()))) {
      replace(i, borders, new Pool(counts ? Pool.Kind.AVERAGE_WITH_PADDING : pool.kind(), borders.input(),
          pool.output(), window));
    }
  }

  private boolean notNegative(Value value) {
    List<Eltwise> activation = makers.containsKey(value) ? activation(nodes[makers.get(value)]) : List.of();
    return !activation.isEmpty() && activation.get(activation.size() - 1).isRelu();
  }

  /** What a node computes of its result's elements at the end. */
  private static List<Eltwise> activation(Node node) {
    return node instanceof Convolution convolution ? convolution.activation()
        : node instanceof Dense dense ? dense.activation()
        : node instanceof Affine affine ? affine.activation()
        : node instanceof GroupNorm norm ? norm.activation()
        : node instanceof BatchNorm norm && norm.relu() ? List.of(Eltwise.RELU)
        : node instanceof Combination combination ? combination.activation()
        : node instanceof Elementwise elementwise ? elementwise.functions()
        : List.of();
  }

  /** The node that gives a value which has one reader, or null. */
  private Node sole(Value value) {
    Integer maker = makers.get(value);
    return maker == null || readers.get(value) != 1 ? null : nodes[maker];
  }

  private void replace(int i, Node gone, Node now) {
    nodes[makers.get(gone.output())] = null;
    nodes[i] = now;
    makers.put(now.output(), i);
  }

  private void fold(int i, Affine affine) {
    Node before = sole(affine.input());
    if (affine.axis() != 1 && !(affine.axis() == -1 && before instanceof Dense)) {
      return;
    }
    if (before instanceof Convolution convolution && convolution.activation().isEmpty()
        && convolution.addend() == null) {
      Folding folding = new Folding(convolution.weight(), convolution.bias(), affine);
      replace(i, before, convolution.with(folding.weight(), folding.bias(), affine.output())
          .then(affine.activation(), affine.output()));
    } else if (before instanceof Dense dense && dense.activation().isEmpty()) {
      Folding folding = new Folding(dense.weight(), dense.bias(), affine);
      replace(i, before, new Dense(dense.input(), affine.output(), folding.weight(), folding.bias(), dense.features(),
          affine.activation()));
    }
  }

  /** A layer's weights with the scale and shift behind it in them; the output's channels are the weight's axis 0. */
  private record Folding(Constant weightBefore, Constant biasBefore, Affine affine) {
    Constant weight() {
      return new Constant(weightBefore.name(), weightBefore.length(), () -> {
        float[] values = weightBefore.values();
        float[] scale = affine.scale().values();
        int each = values.length / scale.length;
        for (int i = 0; i < values.length; i++) {
          values[i] *= scale[i / each];
        }
        return values;
      });
    }

    Constant bias() {
      return new Constant(affine.shift().name(), affine.shift().length(), () -> {
        float[] shift = affine.shift().values();
        if (biasBefore != null) {
          float[] bias = biasBefore.values();
          float[] scale = affine.scale().values();
          for (int i = 0; i < shift.length; i++) {
            shift[i] += bias[i] * scale[i];
          }
        }
        return shift;
      });
    }
  }

  private void attach(int i, Elementwise elementwise) {
    Node before = sole(elementwise.input());
    List<Eltwise> all = new ArrayList<>(before == null ? List.of() : activation(before));
    all.addAll(elementwise.functions());
    Value output = elementwise.output();
    if (all.size() > MOST) {
      return;
    }
    if (before instanceof Convolution convolution) {
      replace(i, before, convolution.then(all, output));
    } else if (before instanceof Dense dense) {
      replace(i, before, dense.then(all, output));
    } else if (before instanceof Affine affine) {
      replace(i, before, affine.then(all, output));
    } else if (before instanceof GroupNorm norm) {
      replace(i, before, norm.then(all, output));
    } else if (before instanceof Combination combination) {
      replace(i, before, combination.then(all, output));
    } else if (before instanceof Elementwise first) {
      replace(i, before, new Elementwise(first.input(), output, all));
    }
  }

  private void add(int i, Combination sum) {
    // Of two convolutions the later one, whose addend is there by then.
    boolean left = makers.getOrDefault(sum.left(), -1) > makers.getOrDefault(sum.right(), -1);
    if (!join(i, sum, left ? sum.left() : sum.right(), left ? sum.right() : sum.left())) {
      join(i, sum, left ? sum.right() : sum.left(), left ? sum.left() : sum.right());
    }
  }

  private boolean join(int i, Combination sum, Value convolved, Value addend) {
    if (sole(convolved) instanceof Convolution convolution && convolution.addend() == null
        && convolution.activation().isEmpty()) {
      replace(i, convolution, convolution.plus(new Convolution.Addend(addend, sum.ranks()), sum.output())
          .then(sum.activation(), sum.output()));
      return true;
    }
    return false;
  }
}
