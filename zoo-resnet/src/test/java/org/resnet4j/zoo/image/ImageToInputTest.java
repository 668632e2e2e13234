package org.resnet4j.zoo.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.datavec.api.transform.TransformProcess;
import org.datavec.api.transform.schema.Schema;
import org.datavec.api.writable.BytesWritable;
import org.datavec.api.writable.IntWritable;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Text;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

class ImageToInputTest {
  private static final Preprocessing PREPROCESSING = Preprocessing.torch(32);

  @TempDir
  private Path folder;
  private Path file;
  private final Schema schema = new Schema.Builder().addColumnString("image").addColumnInteger("label").build();
  private final TransformProcess process = new TransformProcess.Builder(schema)
      .transform(new ImageToInput("image", PREPROCESSING, CNN2DFormat.NHWC)).build();
  private final INDArray expected = PREPROCESSING.apply(SampleImages.formula(61, 47), CNN2DFormat.NHWC);

  @BeforeEach
  void writeImage() throws IOException {
    file = folder.resolve("a photo.png");
    ImageIO.write(SampleImages.formula(61, 47), "png", file.toFile());
  }

  private static INDArray input(TransformProcess process, Writable image) {
    List<Writable> row = process.execute(List.of(image, new IntWritable(3)));
    assertEquals(new IntWritable(3), row.get(1));
    return ((NDArrayWritable) row.get(0)).get();
  }

  @Test
  void pathsAddressesAndBytesBecomeInputs() throws IOException {
    assertEquals(expected, input(process, new Text(file.toString())));
    assertEquals(expected, input(process, new Text(file.toUri().toString())));
    assertEquals(expected, input(process, new BytesWritable(Files.readAllBytes(file))));
    assertEquals(List.of("image", "label"), process.getFinalSchema().getColumnNames());
  }

  @Test
  void theProcessSurvivesJson() {
    assertEquals(expected, input(TransformProcess.fromJson(process.toJson()), new Text(file.toString())));
  }

  @Test
  void whatIsNoImageIsRefused() {
    assertThrows(ImageException.class, () -> input(process, new Text(folder.resolve("none.png").toString())));
    assertThrows(IllegalArgumentException.class, () -> input(process, new IntWritable(7)));
  }
}
