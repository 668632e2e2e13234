package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.resnet4j.training.recipe.RecipeException.Reason;

/**
 * How long something takes, or after how long it happens, from the start of its phase. In a file: {@code 5 epochs},
 * {@code 32000 iterations}, {@code 20 percent} (of the phase).
 *
 * @param count 0 or more; whole for iterations, at most 100 percent
 */
public record Span(double count, Unit unit) {
  /** Of what. An iteration is a step of the optimiser, however many parts its batch is computed in. */
  public enum Unit { EPOCHS, ITERATIONS, PERCENT }

  static final String FORM = "a time such as \"5 epochs\", \"32000 iterations\" or \"20 percent\"";
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?) (epoch|iteration|percent)s?");

  public Span {
    Check.from0("", count, switch (unit) {
      case EPOCHS -> Phase.MOST_EPOCHS;
      case ITERATIONS -> Phase.MOST_ITERATIONS;
      case PERCENT -> 100;
    });
    Check.that(unit != Unit.ITERATIONS || count == Math.rint(count), "", "a whole number of iterations",
        Check.plain(count));
  }

  public static Span epochs(double count) {
    return new Span(count, Unit.EPOCHS);
  }

  public static Span iterations(int count) {
    return new Span(count, Unit.ITERATIONS);
  }

  public static Span percent(double count) {
    return new Span(count, Unit.PERCENT);
  }

  /** Reads what {@link #toString()} writes; {@code 1 epoch} as well. */
  static Span parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches() || text.endsWith("percents")) {
      throw new RecipeException(Reason.WRONG_TYPE, "", FORM, quote(text));
    }
    Unit unit = switch (matcher.group(2)) {
      case "epoch" -> Unit.EPOCHS;
      case "iteration" -> Unit.ITERATIONS;
      default -> Unit.PERCENT;
    };
    return new Span(Double.parseDouble(matcher.group(1)), unit);
  }

  /**
   * The nearest number of iterations.
   *
   * @param steps the phase's
   * @param stepsPerEpoch an epoch's
   */
  public int in(int steps, int stepsPerEpoch) {
    double iterations = switch (unit) {
      case EPOCHS -> count * stepsPerEpoch;
      case ITERATIONS -> count;
      case PERCENT -> count / 100 * steps;
    };
    return (int) Math.min(Integer.MAX_VALUE, Math.round(iterations));
  }

  @Override
  public String toString() {
    return Check.plain(count) + " " + unit.name().toLowerCase(Locale.ROOT);
  }
}
