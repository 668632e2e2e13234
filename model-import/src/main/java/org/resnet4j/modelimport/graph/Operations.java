package org.resnet4j.modelimport.graph;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.resnet4j.modelimport.model.Operation;
import org.resnet4j.modelimport.weights.LayerWeights;
import org.resnet4j.zoo.layer.Concatenation;
import org.resnet4j.zoo.layer.Permutation;
import org.resnet4j.zoo.layer.Selection;

/** Which operation is made how. */
final class Operations {
  private final Map<Class<? extends Operation>, BiConsumer<Step, Operation>> table = new HashMap<>();

  Operations(LayerWeights weights) {
    put(Operation.Convolution.class, Weighted::convolution);
    put(Operation.DepthwiseConvolution.class, Weighted::depthwise);
    put(Operation.SeparableConvolution.class, Weighted::separable);
    put(Operation.Dense.class, Weighted::dense);
    put(Operation.BatchNormalization.class, Weighted::norm);
    put(Operation.PRelu.class, (step, operation) -> Weighted.prelu(step));
    put(Operation.Activate.class, Unweighted::activate);
    put(Operation.Merge.class, Unweighted::merge);
    put(Operation.Concatenate.class, (step, concatenate) ->
        Unweighted.vertex(step, new Concatenation(concatenate.axis())));
    put(Operation.Pool.class, Unweighted::pool);
    put(Operation.GlobalPool.class, Unweighted::globalPool);
    put(Operation.ZeroPadding.class, Unweighted::pad);
    put(Operation.Cropping.class, Unweighted::crop);
    put(Operation.UpSampling.class, Unweighted::upSample);
    put(Operation.Resize.class, Unweighted::resize);
    put(Operation.Flatten.class, Unweighted::flatten);
    put(Operation.Reshape.class, Unweighted::reshape);
    put(Operation.Permute.class, (step, permute) -> Unweighted.vertex(step, new Permutation(permute.axes())));
    put(Operation.Affine.class, Unweighted::affine);
    put(Operation.Normalize.class, (step, normalize) -> Unweighted.normalize(step, normalize, weights));
    put(Operation.Select.class, (step, select) ->
        Unweighted.vertex(step, new Selection(select.axis(), select.indices())));
    put(Operation.Subsample.class, Unweighted::subsample);
    put(Operation.Dropout.class, Unweighted::dropout);
    put(Operation.Identity.class, (step, operation) -> Unweighted.identity(step));
  }

  private <T extends Operation> void put(Class<T> type, BiConsumer<Step, T> builder) {
    table.put(type, (step, operation) -> builder.accept(step, type.cast(operation)));
  }

  void build(Step step, Operation operation) {
    table.get(operation.getClass()).accept(step, operation);
  }
}
