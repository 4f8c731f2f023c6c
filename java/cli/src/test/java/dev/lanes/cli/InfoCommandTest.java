package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import dev.lanes.Lanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InfoCommandTest {

  @TempDir Path folder;

  @Test
  void tellsWhatThisProcessRunsWith() {
    JsonObject json = Outcome.of("info", "--json").json();

    assertThat(json)
        .containsEntry("version", Lanes.version())
        .containsEntry("engine", Lanes.engine().name())
        .containsEntry("isa", Lanes.isa().orElse(null))
        .containsEntry("isas", Lanes.isas())
        .containsEntry("threads", Lanes.threads())
        .containsKeys("whyNotNative", "library", "jvm", "system");
    assertThat(Outcome.of("info").out()).contains("engine   " + Lanes.engine().name());
  }

  @Test
  void theInstructionSetsStandOnOneLine() {
    assertThat(Outcome.of("info", "--json").out()).hasLineCount(1).contains("\"isas\":[");
  }

  @Test
  void javaCanBeForced() throws Exception {
    JsonObject json = fresh(0, "-Dlanes.engine=java").json();

    assertThat(json).containsEntry("engine", "java").containsEntry("library", null);
    assertThat(json.getString("whyNotNative")).contains("-Dlanes.engine=java");
    assertThat(json.getArray("isas")).isEmpty();
  }

  @Test
  void saysWhyThereIsNoLibrary() throws Exception {
    JsonObject json = fresh(0, "-Dlanes.library=" + folder.resolve("nix")).json();

    assertThat(json).containsEntry("engine", "java");
    assertThat(json.getString("whyNotNative")).contains("nix");
  }

  @Test
  void saysWhatIsWrongWithTheLibrary() throws Exception {
    for (String file : List.of("libgomp.so.1", "liblanes.so", "libjnilanes.so")) {
      Files.writeString(folder.resolve(file), "no library at all");
    }

    JsonObject json = fresh(0, "-Dlanes.library=" + folder).json();

    assertThat(json).containsEntry("engine", "java");
    assertThat(json.getString("whyNotNative")).isNotEmpty();
  }

  @Test
  void aForcedEngineThatCannotBeHadIsAnError() throws Exception {
    Outcome outcome = fresh(2, "-Dlanes.engine=native", "-Dlanes.library=" + folder.resolve("nix"));

    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("lanes: ").contains("nix").doesNotContain("\tat ");
    assertThat(fresh(2, "-Dlanes.engine=cuda").err()).contains("cuda");
  }

  private Outcome fresh(int code, String... options) throws IOException, InterruptedException {
    Outcome outcome = Outcome.ofFreshJvm(folder, List.of(options), "info", "--json");
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
    return outcome;
  }
}
