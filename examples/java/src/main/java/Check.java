import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import com.google.gson.Gson;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * Runs the check values inside an ONNX file through ONNX Runtime.
 *
 * <p>Arguments: decoder.onnx [picture.png]. The picture shows the images of the last case.
 */
public class Check {
  // The entry vae.check of the file's metadata.
  record Values(double tolerance, List<Case> cases) {}

  /** One input stands in the case itself; of several there is a list. */
  record Case(long rows, String input, long step, long modulus, double scale, double offset, List<Input> inputs, List<Wanted> outputs) {
    List<Input> given() {
      return inputs != null ? inputs : List.of(new Input(input, step, modulus, scale, offset));
    }
  }

  record Input(String name, long step, long modulus, double scale, double offset) {
    /** Returns the input that the formula describes. */
    float[] values(int size) {
      var x = new float[size];
      for (int i = 0; i < size; i++) {
        x[i] = (float) (offset + scale * (i * step % modulus) / modulus);
      }
      return x;
    }
  }

  record Wanted(String name, double mean, double[] values) {
    /** Compares 16 evenly spaced values of an output, and its mean, with the file's. */
    double difference(float[] y) {
      double sum = 0;
      for (float v : y) {
        sum += v;
      }
      double error = Math.abs(sum / y.length - mean); // Math.max keeps NaN
      double scale = Math.max(1, Math.abs(mean));
      for (int j = 0; j < 16; j++) {
        error = Math.max(error, Math.abs(y[(int) (j * (y.length - 1L) / 15)] - values[j]));
        scale = Math.max(scale, Math.abs(values[j]));
      }
      return error / scale;
    }
  }

  public static void main(String[] args) throws OrtException, IOException {
    var environment = OrtEnvironment.getEnvironment();
    try (var session = environment.createSession(args[0])) {
      var json = session.getMetadata().getCustomMetadataValue("vae.check");
      if (json.isEmpty()) {
        throw new IOException(args[0] + ": no check values (vae.check) in it; export the model again");
      }
      var check = new Gson().fromJson(json.get(), Values.class);

      double largest = 0;
      for (var c : check.cases()) {
        var inputs = new HashMap<String, OnnxTensor>();
        for (var given : c.given()) {
          inputs.put(given.name(), input(environment, session, given, c.rows()));
        }
        try (var outputs = session.run(inputs)) {
          for (var want : c.outputs()) {
            largest = Math.max(largest, want.difference(floats(outputs, want.name())));
          }
          var image = outputs.get("image"); // of a decoder
          if (args.length > 1 && image.isPresent() && c == check.cases().get(check.cases().size() - 1)) {
            savePicture((float[][][][]) image.get().getValue(), new File(args[1]));
          }
        } finally {
          inputs.values().forEach(OnnxTensor::close);
        }
      }

      System.out.printf("Java %s, onnxruntime %s: largest difference %.1e, tolerance %.0e%n",
          System.getProperty("java.version"), environment.getVersion(), largest, check.tolerance());
      System.exit(largest <= check.tolerance() ? 0 : 1);
    }
  }

  static OnnxTensor input(OrtEnvironment environment, OrtSession session, Input given, long rows) throws OrtException {
    var shape = ((TensorInfo) session.getInputInfo().get(given.name()).getInfo()).getShape().clone();
    shape[0] = rows; // the batch, which the file leaves open
    var size = Math.toIntExact(OrtUtil.elementCount(shape));
    return OnnxTensor.createTensor(environment, FloatBuffer.wrap(given.values(size)), shape);
  }

  static float[] floats(OrtSession.Result outputs, String name) {
    var buffer = ((OnnxTensor) outputs.get(name).orElseThrow()).getFloatBuffer();
    var values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /** Writes images [N][C][H][W] in [0, 1] side by side. */
  static void savePicture(float[][][][] images, File file) throws IOException {
    int h = images[0][0].length, w = images[0][0][0].length;
    var picture = new BufferedImage(images.length * w, h, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < picture.getWidth(); x++) {
      for (int y = 0; y < h; y++) {
        var image = images[x / w];
        int rgb = 0;
        for (int k = 0; k < 3; k++) {
          var channel = image[Math.min(k, image.length - 1)];
          rgb = rgb << 8 | Math.round(channel[y][x % w] * 255);
        }
        picture.setRGB(x, y, rgb);
      }
    }
    ImageIO.write(picture, "png", file);
  }
}
