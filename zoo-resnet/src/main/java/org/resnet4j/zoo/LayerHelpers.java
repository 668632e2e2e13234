package org.resnet4j.zoo;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.common.config.ND4JEnvironmentVars;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deeplearning4j's layer helpers: oneDNN kernels of convolution, batch normalisation and pooling, off in M2.1 unless
 * asked for, with which a CIFAR net trains about ten times as fast.
 *
 * <p>A layer looks for its helper once, when its net is initialised. Double precision has no helpers.
 */
public final class LayerHelpers {
  private static final Logger LOG = LoggerFactory.getLogger(LayerHelpers.class);

  private LayerHelpers() {}

  /**
   * Lets nets that are initialised from now on use helpers, on the CPU and unless the user has set the property
   * {@code org.eclipse.deeplearning4j.helpers.disable}. (With CUDA the helpers are cuDNN's, in a library of their own:
   * whoever adds that sets the property.)
   */
  public static void enable() {
    if (System.getProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY) == null && Nd4j.getEnvironment().isCPU()) {
      System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
    }
  }

  /** Whether ND4J's native library was built with oneDNN and may use it. */
  public static boolean hasOneDnn() {
    return OneDnn.USABLE;
  }

  /** The vertices of an initialised net that have a helper, in order of computation, and the helper's class. */
  public static Map<String, String> active(ComputationGraph net) {
    Map<String, String> helpers = new LinkedHashMap<>();
    for (Layer layer : net.getLayers()) {
      if (layer.getHelper() != null) {
        helpers.put(layer.conf().getLayer().getLayerName(), layer.getHelper().getClass().getSimpleName());
      }
    }
    return Collections.unmodifiableMap(helpers);
  }

  /** Asked and logged once, when first needed: asking loads the backend. */
  private static final class OneDnn {
    private static final boolean USABLE = usable();

    private static boolean usable() {
      if ("true".equalsIgnoreCase(System.getenv(ND4JEnvironmentVars.ND4J_MKL_FALLBACK))) {
        LOG.info("{} is set: layers run ND4J's own kernels instead of oneDNN's", ND4JEnvironmentVars.ND4J_MKL_FALLBACK);
        return false;
      }
      boolean built = Nd4j.getBackend().buildInfo().contains("HAVE_ONEDNN");
      if (!built) {
        LOG.info("ND4J's native library was built without oneDNN: nets run several times slower. On x86-64, use"
            + " nd4j-native with the classifier <platform>-onednn");
      }
      return built;
    }
  }
}
