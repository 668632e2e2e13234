package org.resnet4j.modelimport.dialect;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.resnet4j.modelimport.ModelImportException;
import org.resnet4j.modelimport.dialect.ModelDefinition.Step;

/** Puts a model's calls in an order in which each finds its inputs; without recursion, for chains of any length. */
final class CallOrder {
  private CallOrder() {}

  /** @throws ModelImportException.InvalidConfiguration naming a layer of a cycle, or without a call */
  static List<Step> of(Map<String, LayerDefinition> layers) {
    List<Step> steps = new ArrayList<>();
    Map<String, Integer> firstStep = new HashMap<>();
    for (LayerDefinition layer : layers.values()) {
      firstStep.put(layer.name(), steps.size());
      for (int call = 0; call < layer.calls().size(); call++) {
        steps.add(new Step(layer, call));
      }
    }
    List<List<Integer>> followers = new ArrayList<>();
    steps.forEach(step -> followers.add(new ArrayList<>()));
    int[] missing = new int[steps.size()];
    for (int i = 0; i < steps.size(); i++) {
      int step = i;
      calls(steps.get(i)).references(reference -> {
        if (!layers.get(reference.layer()).input()) {
          followers.get(firstStep.get(reference.layer()) + reference.call()).add(step);
          missing[step]++;
        }
      });
    }
    // Of the calls that can be made, the first by the configuration's order.
    PriorityQueue<Integer> ready = new PriorityQueue<>();
    for (int i = 0; i < steps.size(); i++) {
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    List<Step> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.poll();
      order.add(steps.get(next));
      for (int follower : followers.get(next)) {
        if (--missing[follower] == 0) {
          ready.add(follower);
        }
      }
    }
    if (order.size() < steps.size()) {
      throw new ModelImportException.InvalidConfiguration(onCycle(steps, missing, layers, firstStep).layer().where(),
          "layers that don't need their own output", "a cycle through this layer");
    }
    return order;
  }

  private static Call calls(Step step) {
    return step.layer().calls().get(step.call());
  }

  /** Going back from a call that waits, always to one that waits as well, one comes round. */
  private static Step onCycle(List<Step> steps, int[] missing, Map<String, LayerDefinition> layers,
                              Map<String, Integer> firstStep) {
    int at = 0;
    while (missing[at] == 0) {
      at++;
    }
    boolean[] seen = new boolean[steps.size()];
    while (!seen[at]) {
      seen[at] = true;
      Deque<Integer> waiting = new ArrayDeque<>();
      calls(steps.get(at)).references(reference -> {
        if (!layers.get(reference.layer()).input()) {
          int before = firstStep.get(reference.layer()) + reference.call();
          if (missing[before] > 0) {
            waiting.add(before);
          }
        }
      });
      at = waiting.getFirst();
    }
    return steps.get(at);
  }
}
