package qerberos.settings;

import org.jspecify.annotations.Nullable;
import qerberos.settings.Setting.Use;

/// The two texts that are made from the [Catalog]: `.env.example` and the manual's page of
/// settings. Tests hold the committed files to them. Immutable.
public final class Manual {
  private Manual() {}

  /// `.env.example`: every variable with its default, commented out.
  public static String environment() {
    var text =
        new StringBuilder(
            """
            # Every setting of Qerberos as an environment variable, with its default.
            # Written by: ./qerberos settings --example > modules/qerberos/.env.example
            # A variable counts more than config/*.yaml and less than a flag. An unknown QERBEROS_ name
            # stops the start. Secrets: NAME_FILE names a file that holds the value.
            """);
    @Nullable Use use = null;
    for (Setting<?> setting : Catalog.all()) {
      if (setting.use() != use) {
        use = setting.use();
        text.append('\n').append("# --- ").append(heading(use)).append(" ---\n");
      }
      text.append('\n');
      text.append("# ").append(setting.why()).append('\n');
      text.append("# (").append(setting.unit()).append(")\n");
      text.append('#').append(setting.name()).append(setting.secret() ? "_FILE" : "");
      text.append('=').append(setting.standard()).append('\n');
    }
    return text.toString();
  }

  /// The manual's page, as Markdown.
  public static String page() {
    var text =
        new StringBuilder(
            """
            # Settings

            In rising order: the default, `config/*.yaml`, the environment, a flag of `start`. An unknown
            name or a bad value stops the start (exit 78), and all mistakes are listed at once, each with
            its file and line, variable or flag. Secrets are files: `NAME_FILE` names one, or its key in a
            configuration file does. `./qerberos settings` shows what is set and where that was said.

            This page is made from the table the program reads: `./qerberos settings --markdown`.
            """);
    @Nullable Use use = null;
    for (Setting<?> setting : Catalog.all()) {
      if (setting.use() != use) {
        use = setting.use();
        text.append("\n## ").append(heading(use)).append("\n\n");
        text.append("| variable | key | flag | default | unit | why one would change it |\n");
        text.append("|---|---|---|---|---|---|\n");
      }
      text.append("| `").append(setting.name()).append(setting.secret() ? "_FILE" : "").append('`');
      if (!setting.fallbacks().isEmpty()) {
        text.append(" (also `").append(String.join("`, `", setting.fallbacks())).append("`)");
      }
      text.append(" | ").append(code(setting.key()));
      text.append(" | ").append(code(setting.flag()));
      text.append(" | ").append(code(setting.standard()));
      text.append(" | ").append(setting.unit());
      text.append(" | ").append(setting.why()).append(" |\n");
    }
    text.append(
        """

        ## Files with a structure of their own

        Each lies in the configuration folder, and says at its top what it may hold. Mistakes are listed
        with the others, with file and line.

        | file | what it says |
        |---|---|
        | `privacy.yaml` | which fields are sealed, masked or kept, by name or by type and path; secrets stay masked |
        | `notices.yaml` | who hears of what, by mail, webhook and WebSocket, and where the webhooks are |
        | `identities.yaml` | the identities of the bundled sQuid |
        | `grants.yaml` | what the bundled Qonsent lets each of them do |
        """);
    return text.toString();
  }

  private static String heading(Use use) {
    return switch (use) {
      case SERVICE -> "What the service reads";
      case LATER -> "Known, for later versions: setting one is answered with a warning";
      case OUTSIDE -> "What the launcher and scripts read";
    };
  }

  private static String code(String text) {
    return text.isEmpty() ? "" : "`" + text + "`";
  }
}
