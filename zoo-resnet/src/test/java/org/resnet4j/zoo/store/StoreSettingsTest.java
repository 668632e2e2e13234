package org.resnet4j.zoo.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.zoo.store.WeightStoreException.Reason;

class StoreSettingsTest {
  private static final Map<String, String> LINUX = Map.of("os.name", "Linux", "user.home", "/me");

  private static StoreSettings settings(Map<String, String> environment, Map<String, String> properties) {
    return StoreSettings.of(environment::get, properties::get);
  }

  @Test
  void theCacheIsTheSystems() {
    assertEquals(Path.of("/me/.cache/resnet4j"), settings(Map.of(), LINUX).folder());
    assertEquals(Path.of("/var/me/resnet4j"), settings(Map.of("XDG_CACHE_HOME", "/var/me"), LINUX).folder());
    assertEquals(Path.of("/me/.cache/resnet4j"), settings(Map.of("XDG_CACHE_HOME", "mine"), LINUX).folder());
    assertEquals(Path.of("/Users/me/Library/Caches/resnet4j"),
        settings(Map.of(), Map.of("os.name", "Mac OS X", "user.home", "/Users/me")).folder());
    assertEquals(Path.of("/local/resnet4j"),
        settings(Map.of("LOCALAPPDATA", "/local"), Map.of("os.name", "Windows 11", "user.home", "/me")).folder());
  }

  @Test
  void aNamedCacheGoesFirstAndThePropertyBeforeTheVariable() {
    Map<String, String> environment = Map.of("RESNET4J_CACHE", "/mine", "XDG_CACHE_HOME", "/var/me");
    assertEquals(Path.of("/mine"), settings(environment, LINUX).folder());
    assertEquals(Path.of("/first"), settings(environment, Map.of("resnet4j.cache", "/first")).folder());
  }

  @ParameterizedTest
  @CsvSource({"true, true", "1, true", "YES, true", "false, false", "0, false", "'', false", "' ', false"})
  void offlineIsASwitch(String value, boolean offline) {
    assertEquals(offline, settings(Map.of("RESNET4J_OFFLINE", value), LINUX).offline());
    assertEquals(offline, settings(Map.of(), Map.of("resnet4j.offline", value)).offline());
  }

  @ParameterizedTest
  @CsvSource({"RESNET4J_OFFLINE, maybe", "RESNET4J_MIRROR, ftp://host/", "RESNET4J_MIRROR, host/weights",
      "RESNET4J_MIRROR, http://a b/", "RESNET4J_MIRROR, https://me:secret@host/",
      "RESNET4J_MIRROR, https://host/?key=1"})
  void aSettingThatMakesNoSenseIsNamed(String name, String value) {
    WeightStoreException refused =
        assertThrows(WeightStoreException.class, () -> settings(Map.of(name, value), LINUX));
    assertEquals(Reason.SETTING, refused.reason());
    assertTrue(refused.getMessage().startsWith(name + " "), refused.getMessage());
    assertFalse(refused.getMessage().contains("secret"), refused.getMessage());
  }

  @Test
  void aMirrorIsAnAddress() {
    assertEquals(Optional.of(URI.create("https://host/weights")),
        settings(Map.of("RESNET4J_MIRROR", "https://host/weights"), LINUX).mirror());
    assertEquals(Optional.empty(), settings(Map.of(), LINUX).mirror());
  }
}
