package org.resnet4j.training.recipe;

import static org.resnet4j.training.recipe.RecipeException.quote;

import java.math.BigDecimal;
import java.util.List;
import org.resnet4j.training.recipe.RecipeException.Reason;

/** What the records ask of their components. A negative zero is none of these numbers: it would be printed as 0. */
final class Check {
  private Check() {}

  static void that(boolean holds, String field, String expected, Object found) {
    if (!holds) {
      throw new RecipeException(Reason.OUT_OF_RANGE, field, expected, String.valueOf(found));
    }
  }

  static void between(String field, int value, int least, int most) {
    that(value >= least && value <= most, field, "a whole number from " + least + " to " + most, value);
  }

  static void above0(String field, double value, double most) {
    that(value > 0 && value <= most, field, "a number above 0, at most " + plain(most), plain(value));
  }

  static void from0(String field, double value, double most) {
    that(Double.compare(value, 0) >= 0 && value <= most, field, "a number from 0 to " + plain(most), plain(value));
  }

  /** In [0, 1). */
  static void share(String field, double value) {
    that(Double.compare(value, 0) >= 0 && value < 1, field, "a share from 0 to less than 1", plain(value));
  }

  /** One line that can be printed, not blank. */
  static void text(String field, String value, int longest) {
    that(!value.isBlank(), field, "some text", "none");
    line(field, value, longest);
  }

  /** One line that can be printed. */
  static void line(String field, String value, int longest) {
    that(value.length() <= longest && value.codePoints().noneMatch(Check::unprintable), field,
        "a line of at most " + longest + " printable characters", quote(value));
  }

  private static boolean unprintable(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE, Character.UNASSIGNED -> true;
      default -> false;
    };
  }

  static void count(String field, List<?> values, int least, int most) {
    that(values.size() >= least && values.size() <= most, field, least + " to " + most + " entries", values.size());
  }

  /** As a person writes it; the same number when read. */
  static String plain(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    return exact.scale() <= 9 && exact.precision() - exact.scale() <= 9 ? exact.toPlainString() : exact.toString();
  }
}
