package org.resnet4j.spark.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size such as 128MB; as of HDFS's blocks, a KB is 1,024 bytes. */
record FileSize(long bytes) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(B|KB|MB|GB)?");

  static final class Converter implements ITypeConverter<FileSize> {
    @Override
    public FileSize convert(String text) {
      Matcher form = FORM.matcher(text.toUpperCase(Locale.ROOT));
      if (!form.matches() || Long.parseLong(form.group(1)) == 0) {
        throw new TypeConversionException("'" + text + "' is no size: expected such as 128MB, in B, KB, MB or GB");
      }
      int power = form.group(2) == null ? 0 : "BKMG".indexOf(form.group(2).charAt(0));
      return new FileSize(Long.parseLong(form.group(1)) << 10 * power);
    }
  }
}
