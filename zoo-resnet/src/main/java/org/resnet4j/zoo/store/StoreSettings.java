package org.resnet4j.zoo.store;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.resnet4j.zoo.store.WeightStoreException.Reason;

/**
 * How a {@link WeightStore} works.
 *
 * @param folder the cache; made when first needed
 * @param offline whether the network is forbidden
 * @param mirror the address under which all files lie by name; no other is then asked
 * @param connect the longest wait for a connection
 * @param stall the longest wait for an answer to begin, and for the next KiB of it
 * @param attempts how often a file is asked for, the first time included
 * @param backOff the pause before the second attempt, doubled before each further one
 * @param lockWait the longest wait for another process that fetches the same file
 */
public record StoreSettings(Path folder, boolean offline, Optional<URI> mirror, Duration connect, Duration stall,
                            int attempts, Duration backOff, Duration lockWait) {
  private static final String NAME = "resnet4j";

  /** @throws IllegalArgumentException if there is no attempt, or a wait isn't positive */
  public StoreSettings {
    if (attempts < 1 || !isPositive(connect) || !isPositive(stall) || backOff.isNegative() || lockWait.isNegative()) {
      throw new IllegalArgumentException("One attempt or more and positive waits are needed, found " + attempts
          + " attempts, connect " + connect + ", stall " + stall + ", back-off " + backOff + ", lock " + lockWait);
    }
  }

  private static boolean isPositive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  /**
   * As the environment variables and system properties say (see the package's description).
   *
   * @throws WeightStoreException if one makes no sense
   */
  public static StoreSettings standard() {
    return of(System::getenv, System::getProperty);
  }

  static StoreSettings of(UnaryOperator<String> environment, UnaryOperator<String> properties) {
    Environment values = new Environment(environment, properties);
    return new StoreSettings(values.folder(), values.offline(), values.mirror(), Duration.ofSeconds(20),
        Duration.ofSeconds(30), 5, Duration.ofSeconds(1), Duration.ofHours(1));
  }

  /** The same with another cache. */
  public StoreSettings withFolder(Path other) {
    return new StoreSettings(other, offline, mirror, connect, stall, attempts, backOff, lockWait);
  }

  /** The same, with the network or without. */
  public StoreSettings withOffline(boolean forbidden) {
    return new StoreSettings(folder, forbidden, mirror, connect, stall, attempts, backOff, lockWait);
  }

  private record Environment(UnaryOperator<String> variables, UnaryOperator<String> properties) {

    /** A setting and what it is called where it stands. */
    private record Setting(String name, String value) {
      WeightStoreException unusable(String expected) {
        return new WeightStoreException(Reason.SETTING, name, expected, WeightStoreException.quote(value));
      }
    }

    private Optional<Setting> setting(String name) {
      String property = NAME + "." + name;
      String variable = "RESNET4J_" + name.toUpperCase(Locale.ROOT);
      return value(properties, property).map(value -> new Setting(property, value))
          .or(() -> value(variables, variable).map(value -> new Setting(variable, value)));
    }

    private static Optional<String> value(UnaryOperator<String> from, String name) {
      return Optional.ofNullable(from.apply(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    Path folder() {
      Optional<Setting> named = setting("cache");
      if (named.isEmpty()) {
        return systemCache().resolve(NAME);
      }
      try {
        return Path.of(named.get().value).toAbsolutePath();
      } catch (InvalidPathException e) {
        throw named.get().unusable("a folder");
      }
    }

    private Path systemCache() {
      String system = value(properties, "os.name").orElse("").toLowerCase(Locale.ROOT);
      Path home = Path.of(value(properties, "user.home").orElse("."));
      if (system.startsWith("windows")) {
        return value(variables, "LOCALAPPDATA").map(Path::of).orElse(home.resolve("AppData").resolve("Local"));
      }
      if (system.startsWith("mac")) {
        return home.resolve("Library").resolve("Caches");
      }
      // The specification says to ignore a relative one.
      return value(variables, "XDG_CACHE_HOME").map(Path::of).filter(Path::isAbsolute).orElse(home.resolve(".cache"));
    }

    boolean offline() {
      return setting("offline").map(setting -> switch (setting.value.toLowerCase(Locale.ROOT)) {
        case "true", "1", "yes", "on" -> true;
        case "false", "0", "no", "off" -> false;
        default -> throw setting.unusable("true or false");
      }).orElse(false);
    }

    Optional<URI> mirror() {
      return setting("mirror").map(setting -> {
        try {
          URI address = URI.create(setting.value);
          if (address.getRawUserInfo() != null) {
            throw new WeightStoreException(Reason.SETTING, setting.name, "an address without a user's name",
                "one with it");
          }
          if (PublishedFile.isHttp(address) && address.getRawQuery() == null && address.getRawFragment() == null) {
            return address;
          }
        } catch (IllegalArgumentException e) {
          // Refused below, as an address of another kind.
        }
        throw setting.unusable("an address such as https://mirror.example/weights/");
      });
    }
  }
}
