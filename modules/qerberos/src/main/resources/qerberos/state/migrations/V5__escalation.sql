-- Who looks after an alert, and what is to be delivered when nobody says so.

ALTER TABLE admin_alert ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE admin_alert ADD COLUMN acknowledged_by TEXT;
ALTER TABLE admin_alert ADD COLUMN acknowledged_note TEXT;

-- status may be spared, too: taken back before it was due, or while it was tried.
-- alert: which one it is about; null when it is about none. escalation: 1 for one that is taken back when
-- somebody acknowledges the alert, or it is resolved.
-- place: of the notification, and so the order among those about one alert.
ALTER TABLE delivery ADD COLUMN alert TEXT;
ALTER TABLE delivery ADD COLUMN escalation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
CREATE INDEX delivery_alert ON delivery (alert, status);
