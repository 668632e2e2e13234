package org.resnet4j.training.recipe;

import java.util.List;
import java.util.Optional;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.resnet4j.zoo.schedule.CosineSchedule;
import org.resnet4j.zoo.schedule.MultiStepSchedule;
import org.resnet4j.zoo.schedule.OneCycleSchedule;
import org.resnet4j.zoo.schedule.WarmUpSchedule;

/** The learning rate of a phase, from its first iteration, 0, to its last. */
public sealed interface Rate {
  double HIGHEST = 1000;

  /** The highest rate. */
  double peak();

  /** The same curve at so many times the rate. */
  Rate scaled(double factor);

  /**
   * The curve over a phase, by the iteration counted from the phase's start.
   *
   * @param steps the most iterations that the phase can have ({@link Phase#steps}), 1 or more
   * @param stepsPerEpoch an epoch's, 1 or more
   * @throws RecipeException if a drop would come before the end of the warm-up
   */
  ISchedule schedule(int steps, int stepsPerEpoch);

  /** How many iterations it rises before the curve begins; a one-cycle is all curve. */
  default int warmUpSteps(int steps, int stepsPerEpoch) {
    return 0;
  }

  /** Always the same. */
  @Kind("constant")
  record Constant(double peak, @Default("none") Optional<WarmUp> warmUp) implements Rate {
    public Constant {
      Check.above0("peak", peak, HIGHEST);
    }

    @Override
    public Rate scaled(double factor) {
      return new Constant(peak * factor, warmUp);
    }

    @Override
    public int warmUpSteps(int steps, int stepsPerEpoch) {
      return length(warmUp, steps, stepsPerEpoch);
    }

    @Override
    public ISchedule schedule(int steps, int stepsPerEpoch) {
      return warmed(warmUp, new FixedSchedule(peak), steps, stepsPerEpoch);
    }
  }

  /**
   * Falls along half a cosine in what the warm-up leaves of the phase (Loshchilov and Hutter, arXiv:1608.03983).
   *
   * @param last the rate after the phase's last iteration
   */
  @Kind("cosine")
  record Cosine(double peak, @Default("0") double last, @Default("none") Optional<WarmUp> warmUp) implements Rate {
    public Cosine {
      Check.above0("peak", peak, HIGHEST);
      Check.from0("last", last, peak);
    }

    @Override
    public Rate scaled(double factor) {
      return new Cosine(peak * factor, last * factor, warmUp);
    }

    @Override
    public int warmUpSteps(int steps, int stepsPerEpoch) {
      return length(warmUp, steps, stepsPerEpoch);
    }

    @Override
    public ISchedule schedule(int steps, int stepsPerEpoch) {
      int left = Math.max(1, steps - warmUpSteps(steps, stepsPerEpoch));
      return warmed(warmUp, new CosineSchedule(peak, last, left), steps, stepsPerEpoch);
    }
  }

  /**
   * Rises along half a cosine, falls along another (Smith and Topin, arXiv:1708.07120), as PyTorch's
   * {@code OneCycleLR}; the defaults are PyTorch's.
   *
   * @param warmUpShare the rise's share of the phase, in [0, 1)
   * @param startDivisor the peak over the first rate
   * @param endDivisor the first rate over the last
   */
  @Kind("one_cycle")
  record OneCycle(double peak, @Default("0.3") double warmUpShare, @Default("25") double startDivisor,
                  @Default("10000") double endDivisor) implements Rate {
    private static final double MOST = 1e9;

    public OneCycle {
      Check.above0("peak", peak, HIGHEST);
      Check.share("warmUpShare", warmUpShare);
      Check.that(startDivisor >= 1 && startDivisor <= MOST, "startDivisor", "1 or more", Check.plain(startDivisor));
      Check.that(endDivisor >= 1 && endDivisor <= MOST, "endDivisor", "1 or more", Check.plain(endDivisor));
    }

    @Override
    public Rate scaled(double factor) {
      return new OneCycle(peak * factor, warmUpShare, startDivisor, endDivisor);
    }

    @Override
    public ISchedule schedule(int steps, int stepsPerEpoch) {
      return new OneCycleSchedule(peak, steps, warmUpShare, startDivisor, endDivisor);
    }
  }

  /**
   * Multiplied at some iterations, as PyTorch's {@code MultiStepLR}.
   *
   * @param factor in (0, 1]
   * @param at when, from the start of the phase, warm-up included; the first iteration with the new rate
   */
  @Kind("multi_step")
  record MultiStep(double peak, @Default("0.1") double factor, List<Span> at, @Default("none") Optional<WarmUp> warmUp)
      implements Rate {
    private static final int MOST = 100;

    public MultiStep {
      at = List.copyOf(at);
      Check.above0("peak", peak, HIGHEST);
      Check.above0("factor", factor, 1);
      Check.count("at", at, 1, MOST);
      for (int i = 1; i < at.size(); i++) {
        Check.that(at.get(i).unit() != at.get(i - 1).unit() || at.get(i).count() > at.get(i - 1).count(),
            "at[" + i + "]", "a later time than " + at.get(i - 1), at.get(i));
      }
    }

    @Override
    public Rate scaled(double factorOfAll) {
      return new MultiStep(peak * factorOfAll, factor, at, warmUp);
    }

    @Override
    public int warmUpSteps(int steps, int stepsPerEpoch) {
      return length(warmUp, steps, stepsPerEpoch);
    }

    @Override
    public ISchedule schedule(int steps, int stepsPerEpoch) {
      int rise = warmUpSteps(steps, stepsPerEpoch);
      int[] drops = at.stream().mapToInt(span -> span.in(steps, stepsPerEpoch)).sorted().toArray();
      Check.that(drops[0] >= rise, "at[0]", "a drop after the warm-up of " + rise + " iterations",
          "one at iteration " + drops[0]);
      for (int i = 0; i < drops.length; i++) {
        drops[i] -= rise;
      }
      return warmed(warmUp, new MultiStepSchedule(peak, factor, drops), steps, stepsPerEpoch);
    }
  }

  private static int length(Optional<WarmUp> warmUp, int steps, int stepsPerEpoch) {
    return warmUp.map(rise -> Math.min(steps, rise.length().in(steps, stepsPerEpoch))).orElse(0);
  }

  private static ISchedule warmed(Optional<WarmUp> warmUp, ISchedule then, int steps, int stepsPerEpoch) {
    int rise = length(warmUp, steps, stepsPerEpoch);
    return rise == 0 ? then : new WarmUpSchedule(then, rise, warmUp.get().startFactor());
  }
}
