package qerberos.state;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import qerberos.event.Json;

/// What an event says about a switch that was put somewhere, and back.
public final class SwitchActs {
  private SwitchActs() {}

  public static String type(Switch of, boolean on) {
    return of.name().replace('-', '_') + (on ? ".on" : ".off");
  }

  public static Json.Obj what(Switch.Position position) {
    Json.Obj what = Json.EMPTY.with("reason", Json.of(position.reason()));
    Instant until = position.until();
    return until == null ? what : what.with("until", Json.of(until.toString()));
  }

  /// @param name of the switch
  static OwnAct.Taken project(Handle handle, String name, boolean on, OwnAct act) {
    @Nullable String reason = act.text("reason");
    Switch.Position position;
    if (reason == null) {
      // Its time was over, and what stood there stays as it was.
      String before = Documents.get(handle, name).map(Document::body).orElse("");
      position = Switch.read(name, before).ended(act.at());
    } else {
      @Nullable Instant until =
          Optional.ofNullable(act.text("until")).map(Instant::parse).orElse(null);
      position = new Switch.Position(on, reason, act.by(), act.at(), until);
    }
    Documents.put(handle, name, Switch.written(position), act.at());
    return OwnAct.Taken.WHOLE;
  }
}
