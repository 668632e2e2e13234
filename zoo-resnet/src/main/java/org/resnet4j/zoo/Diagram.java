package org.resnet4j.zoo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.resnet4j.zoo.layer.GroupedConvolution;

/**
 * A net's structure as an SVG picture: from top to bottom the stem, a panel for each stage, the head. Units of a stage
 * that are alike are drawn once, with their shortcut as a line around the branch.
 */
public final class Diagram {
  private static final int WIDTH = 600;
  private static final int LEFT = 150;
  private static final int BOX = 260;
  private static final int LINE = 22;
  private static final int GAP = 16;

  private final ComputationGraphConfiguration configuration;
  private final ModelSummary summary;
  private final StringBuilder body = new StringBuilder();
  private int y = 20;

  private Diagram(ResNet model) {
    configuration = model.configuration();
    summary = ModelSummary.of(configuration, model.inputType());
  }

  /** The picture as the text of an SVG file. */
  public static String svg(ResNet model) {
    Diagram diagram = new Diagram(model);
    diagram.text(WIDTH / 2, 18, "middle", "bold 16px", model.modelName());
    diagram.y = 34;
    diagram.box(List.of("input " + model.inputType().getShape(false)[0] + "x" + model.inputType().getShape(false)[1]
        + "x" + model.inputType().getShape(false)[2]), "#ffffff");
    diagram.draw();
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + WIDTH + " " + (diagram.y + 10)
        + "\" width=\"" + WIDTH + "\" font-family=\"sans-serif\">\n"
        + "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        + "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#444\"/></marker></defs>\n"
        + "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + diagram.body + "</svg>\n";
  }

  private void draw() {
    Map<String, List<ModelSummary.Vertex>> groups = new LinkedHashMap<>();
    for (ModelSummary.Vertex vertex : summary.vertices()) {
      groups.computeIfAbsent(vertex.group(), group -> new ArrayList<>()).add(vertex);
    }
    groups.forEach((group, vertices) -> {
      if (group.startsWith("stage")) {
        stage(group, vertices);
      } else {
        arrow();
        box(vertices.stream().map(this::label).toList(), group.equals("stem") ? "#e8f0fe" : "#fdeedc");
      }
    });
  }

  private void stage(String name, List<ModelSummary.Vertex> vertices) {
    Map<String, List<ModelSummary.Vertex>> units = new LinkedHashMap<>();
    for (ModelSummary.Vertex vertex : vertices) {
      String rest = vertex.name().substring(name.length() + 1);
      String unit = rest.startsWith("block") ? rest.substring(0, rest.indexOf('_')) : "";
      units.computeIfAbsent(unit, key -> new ArrayList<>()).add(vertex);
    }
    if (units.containsKey("")) {
      arrow();
      box(units.remove("").stream().map(this::label).toList(), "#e8f0fe");
    }
    int top = y + GAP / 2;
    int panel = body.length();
    y += LINE + 4;
    text(LEFT - 130, top + 18, "start", "bold 14px", name);
    text(WIDTH - 20, top + 18, "end", "13px",
        units.size() + (units.size() == 1 ? " unit, " : " units, ") + vertices.get(vertices.size() - 1).shape());
    List<String> names = new ArrayList<>(units.keySet());
    for (int i = 0; i < names.size(); ) {
      List<String> lines = describe(units.get(names.get(i)));
      int j = i;
      while (j + 1 < names.size() && describe(units.get(names.get(j + 1))).equals(lines)) {
        j++;
      }
      unit(i == j ? names.get(i) : names.get(i) + " to " + names.get(j), units.get(names.get(i)));
      i = j + 1;
    }
    body.insert(panel, String.format(Locale.ROOT,
        "<rect x=\"10\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#f6f6f2\" stroke=\"#cccccc\"/>%n", top,
        WIDTH - 20, y - top + 6));
    y += 6;
  }

  private List<String> describe(List<ModelSummary.Vertex> unit) {
    return unit.stream().map(this::label).toList();
  }

  /** A unit: its branch as a box, its shortcut on the right, both meeting in a plus. */
  private void unit(String name, List<ModelSummary.Vertex> vertices) {
    List<String> branch = new ArrayList<>();
    List<String> shortcut = new ArrayList<>();
    List<String> after = new ArrayList<>();
    boolean added = false;
    for (ModelSummary.Vertex vertex : vertices) {
      if (vertex.name().endsWith("_add")) {
        added = true;
      } else {
        (vertex.name().contains("_shortcut_") ? shortcut : added ? after : branch).add(label(vertex));
      }
    }
    arrow();
    int top = y;
    box(branch, "#e3f3e6");
    text(20, top + 16, "start", "12px", name);
    if (added) {
      int bottom = y + GAP + 4;
      List<String> way = shortcut.isEmpty() ? List.of("identity") : shortcut;
      int right = LEFT + BOX + 24;
      body.append(String.format(Locale.ROOT, "<path d=\"M%d %dH%dV%dH%d\" fill=\"none\" stroke=\"#b3541e\" "
          + "stroke-width=\"1.5\" marker-end=\"url(#a)\"/>%n", LEFT + BOX / 2, top - 6, right, bottom,
          LEFT + BOX / 2 + 12));
      for (int i = 0; i < way.size(); i++) {
        text(right + 6, (top + bottom) / 2 + i * 15, "start", "11px", way.get(i));
      }
      line(LEFT + BOX / 2, y, bottom - 10);
      body.append(String.format(Locale.ROOT, "<circle cx=\"%d\" cy=\"%d\" r=\"9\" fill=\"#fff\" stroke=\"#444\"/>%n",
          LEFT + BOX / 2, bottom));
      text(LEFT + BOX / 2, bottom + 5, "middle", "14px", "+");
      y = bottom + 10;
      if (!after.isEmpty()) {
        arrow();
        box(after, "#e3f3e6");
      }
    }
  }

  private String label(ModelSummary.Vertex vertex) {
    if (configuration.getVertices().get(vertex.name()) instanceof LayerVertex layerVertex) {
      Layer layer = layerVertex.getLayerConf().getLayer();
      if (layer instanceof ConvolutionLayer c) {
        String groups = layer instanceof GroupedConvolution g ? ", " + g.getGroups() + " groups" : "";
        String stride = c.getStride()[0] > 1 ? ", stride " + c.getStride()[0] : "";
        String dilation = c.getDilation()[0] > 1 ? ", dilation " + c.getDilation()[0] : "";
        return c.getKernelSize()[0] + "x" + c.getKernelSize()[1] + " conv, " + c.getNOut() + stride + groups + dilation;
      }
    }
    String name = vertex.name();
    String step = name.substring(name.lastIndexOf('_') + 1).replaceAll("\\d+$", "");
    return step + " " + vertex.shape();
  }

  private void box(List<String> lines, String fill) {
    int height = lines.size() * LINE;
    body.append(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"5\" fill=\"%s\" "
        + "stroke=\"#444444\"/>%n", LEFT, y, BOX, height, fill));
    for (int i = 0; i < lines.size(); i++) {
      text(LEFT + BOX / 2, y + i * LINE + 16, "middle", "12px", lines.get(i));
    }
    y += height;
  }

  private void arrow() {
    line(LEFT + BOX / 2, y, y + GAP);
    y += GAP;
  }

  private void line(int x, int from, int to) {
    body.append(String.format(Locale.ROOT,
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#444\" marker-end=\"url(#a)\"/>%n", x, from, x, to));
  }

  private void text(int x, int at, String anchor, String font, String content) {
    String escaped = content.replace("&", "&amp;").replace("<", "&lt;");
    body.append(String.format(Locale.ROOT,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" style=\"font:%s sans-serif\">%s</text>%n", x, at, anchor, font,
        escaped));
  }
}
