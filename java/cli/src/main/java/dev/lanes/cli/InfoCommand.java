package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Lanes;
import dev.lanes.LanesException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lanes info}: what expressions run on here, and why. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Show the engine, the instruction sets, the threads and the library.")
final class InfoCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "print one JSON object")
  private boolean asJson;

  private InfoCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    String engine = Lanes.engine().name();
    String why = Lanes.whyNotNative().map(LanesException::getMessage).orElse(null);
    int threads = Lanes.threads();
    String isa = Lanes.isa().orElse(null);
    String library = Lanes.library().map(Path::toString).orElse(null);
    String jvm =
        String.join(
            " ",
            System.getProperty("java.version"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vendor"));
    String system = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (asJson) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("version", Lanes.version());
      object.put("engine", engine);
      object.put("whyNotNative", why);
      object.put("isa", isa);
      object.put("isas", Lanes.isas());
      object.put("threads", threads);
      object.put("library", library);
      object.put("jvm", jvm);
      object.put("system", system);
      out.println(JsonWriter.string(object));
      return 0;
    }
    out.println("Lanes    " + Lanes.version());
    out.println("engine   " + engine);
    if (why != null) {
      out.println("         not native: " + why);
    } else {
      out.println("isa      " + isa + ", of " + String.join(" ", Lanes.isas()));
      out.println("library  " + library);
    }
    out.println("threads  " + threads);
    out.println("JVM      " + jvm);
    out.println("system   " + system);
    return 0;
  }
}
