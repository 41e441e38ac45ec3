package qerberos.settings;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import qerberos.notice.Times;

/// Reads `hours`, `days` and `zone`; what is left out is always, and UTC. Used by one thread at a
/// time.
final class TimesForm {
  /// What this reads.
  static final List<String> NAMES = List.of("hours", "days", "zone");

  private static final Pattern HOURS =
      Pattern.compile(
          "([01]?[0-9]|2[0-3]):([0-5][0-9])-(?:([01]?[0-9]|2[0-3]):([0-5][0-9])|24:00)");
  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  private final List<String> faults;
  private final YamlForm form;
  private final String key;

  /// @param key of the block they stand in, such as `routes.match`
  TimesForm(String key, List<String> faults) {
    this.key = key;
    this.faults = faults;
    this.form = new YamlForm(faults);
  }

  /// What the members say; where there is a mistake, always.
  Times read(Map<String, Yaml> members) {
    Times always = Times.always();
    int from = always.fromMinute();
    int until = always.untilMinute();
    Yaml hours = members.get("hours");
    if (hours != null) {
      String text = form.text(hours, key + ".hours");
      Matcher parts = HOURS.matcher(text);
      boolean right = parts.matches();
      int first = right ? minutes(parts.group(1), parts.group(2)) : from;
      int last = right ? minutes(parts.group(3), parts.group(4)) : from;
      if (first == last || last == 0) {
        faults.add(
            hours.at() + ": " + key + ".hours: \"" + text + "\", want hours such as 08:00-18:00");
      } else {
        from = first;
        until = last;
      }
    }
    Yaml days = members.get("days");
    Yaml zone = members.get("zone");
    return new Times(
        from,
        until,
        days == null ? always.days() : days(days),
        zone == null ? always.zone() : zone(zone));
  }

  private static int minutes(@Nullable String hour, @Nullable String minute) {
    return hour == null || minute == null
        ? 24 * 60
        : Integer.parseInt(hour) * 60 + Integer.parseInt(minute);
  }

  /// `mon-fri, sun`, or such parts as a list.
  private Set<DayOfWeek> days(Yaml node) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : form.texts(node, key + ".days")) {
      String[] ends = part.toLowerCase(Locale.ROOT).split("\\s*-\\s*", -1);
      int first = DAYS.indexOf(ends[0]);
      int last = DAYS.indexOf(ends[ends.length - 1]);
      if (first < 0 || last < 0 || ends.length > 2) {
        faults.add(
            node.at() + ": " + key + ".days: \"" + part + "\", want days such as mon-fri, sun");
      } else {
        for (int day = first; day != last; day = (day + 1) % 7) {
          days.add(DayOfWeek.of(day + 1));
        }
        days.add(DayOfWeek.of(last + 1));
      }
    }
    if (days.isEmpty()) {
      days.addAll(EnumSet.allOf(DayOfWeek.class));
    }
    return days;
  }

  private ZoneId zone(Yaml node) {
    String text = form.text(node, key + ".zone");
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      faults.add(
          node.at()
              + ": "
              + key
              + ".zone: \""
              + text
              + "\", want a time zone such as Europe/Berlin or UTC");
      return Times.always().zone();
    }
  }
}
