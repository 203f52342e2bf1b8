-- Incidents: alerts on the same cause are one matter with an owner and a state; ops.alert holds what is sent about it. Rerun: once.
CREATE TABLE ops.incident (
    incident_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cause_key text NOT NULL UNIQUE,
    kind text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'resolved')),
    owner text NOT NULL,
    source text,
    sender_code text,
    period date,
    delivery_id bigint REFERENCES ops.delivery,
    region_code text NOT NULL REFERENCES ops.region,
    responsible_code text NOT NULL REFERENCES ops.region,
    title text NOT NULL,
    occurrences integer NOT NULL DEFAULT 0 CHECK (occurrences >= 0),
    rows_in bigint,
    rows_affected bigint,
    run_url text,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    clock_from timestamptz NOT NULL,
    resolved_at timestamptz,
    CHECK ((state = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE INDEX incident_unresolved ON ops.incident (kind) WHERE state <> 'resolved';
COMMENT ON TABLE ops.incident IS 'One row per cause: open, acknowledged or resolved; reopened when it comes back 事件';
COMMENT ON COLUMN ops.incident.incident_id IS 'Number 序号';
COMMENT ON COLUMN ops.incident.cause_key IS 'Identifies the cause, such as delivery_late:pv_revenue:150400:2020-05 原因键';
COMMENT ON COLUMN ops.incident.kind IS 'Kind of the alert that told of it last 类别';
COMMENT ON COLUMN ops.incident.severity IS 'info, warning or critical; the contract may raise or lower it 级别';
COMMENT ON COLUMN ops.incident.state IS 'open, acknowledged (somebody is at it) or resolved 状态';
COMMENT ON COLUMN ops.incident.owner IS 'Owner of the contract, else who runs Steppe 责任单位';
COMMENT ON COLUMN ops.incident.source IS 'Source; NULL when it concerns none 来源';
COMMENT ON COLUMN ops.incident.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN ops.incident.period IS 'Month 所属月份';
COMMENT ON COLUMN ops.incident.delivery_id IS 'Delivery in which it was seen last 批次号';
COMMENT ON COLUMN ops.incident.region_code IS 'Smallest region that covers what is wrong: a banner, a sender, or the whole 区划代码';
COMMENT ON COLUMN ops.incident.responsible_code IS 'Region whose turn it is; moves up with age 当前负责区划';
COMMENT ON COLUMN ops.incident.title IS 'One line, without personal data 标题';
COMMENT ON COLUMN ops.incident.occurrences IS 'How often its cause was seen 次数';
COMMENT ON COLUMN ops.incident.rows_in IS 'Rows of that delivery 报送行数';
COMMENT ON COLUMN ops.incident.rows_affected IS 'Rows of it in quarantine 隔离行数';
COMMENT ON COLUMN ops.incident.run_url IS 'Airflow page of the task that saw it last 运行链接';
COMMENT ON COLUMN ops.incident.opened_at IS 'When it was opened, or opened again 发生时间';
COMMENT ON COLUMN ops.incident.last_seen_at IS 'When its cause was last seen 最近出现时间';
COMMENT ON COLUMN ops.incident.clock_from IS 'Since when the responsible region has had it; acknowledging starts it afresh 计时起点';
COMMENT ON COLUMN ops.incident.resolved_at IS 'When it was resolved 解除时间';

CREATE TABLE ops.incident_event (
    incident_event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    incident_id bigint NOT NULL REFERENCES ops.incident,
    event text NOT NULL CHECK (event IN (
        'opened', 'repeated', 'changed', 'acknowledged', 'escalated', 'resolved', 'reopened'
    )),
    kind text NOT NULL,
    occurrence_key text,
    delivery_id bigint REFERENCES ops.delivery,
    responsible_code text NOT NULL REFERENCES ops.region,
    actor text NOT NULL,
    note text,
    happened_at timestamptz NOT NULL,
    UNIQUE (incident_id, occurrence_key),
    CHECK ((event IN ('opened', 'repeated', 'changed', 'reopened')) = (occurrence_key IS NOT NULL))
);
CREATE INDEX incident_event_by_delivery ON ops.incident_event (delivery_id);
COMMENT ON TABLE ops.incident_event IS 'One row per thing that happened to an incident; only grows 事件经过';
COMMENT ON COLUMN ops.incident_event.incident_event_id IS 'Number 序号';
COMMENT ON COLUMN ops.incident_event.incident_id IS 'Incident 事件';
COMMENT ON COLUMN ops.incident_event.event IS 'opened, repeated, changed (kind, or worse), acknowledged, escalated, resolved or reopened 经过';
COMMENT ON COLUMN ops.incident_event.kind IS 'Kind of the incident then 类别';
COMMENT ON COLUMN ops.incident_event.occurrence_key IS 'What makes this sighting one, such as delivery 42: seen twice, it counts once 出现标识';
COMMENT ON COLUMN ops.incident_event.delivery_id IS 'Delivery in which it was seen 批次号';
COMMENT ON COLUMN ops.incident_event.responsible_code IS 'Region whose turn it was from then on 负责区划';
COMMENT ON COLUMN ops.incident_event.actor IS 'steppe, or the login of the person who did it 操作人';
COMMENT ON COLUMN ops.incident_event.note IS 'What the person says of it; sent to nobody 备注';
COMMENT ON COLUMN ops.incident_event.happened_at IS 'When 时间';

CREATE TABLE ops.heartbeat (
    component text PRIMARY KEY CHECK (component IN ('airflow', 'watcher')),
    beat_at timestamptz NOT NULL
);
COMMENT ON TABLE ops.heartbeat IS 'One row per part that must not fall silent; each watches the other 心跳';
COMMENT ON COLUMN ops.heartbeat.component IS 'airflow or watcher 组件';
COMMENT ON COLUMN ops.heartbeat.beat_at IS 'When it was last at work 最近时间';

-- A cause now has as many alerts as there is news of it: what keeps an alert from being raised twice is its event.
ALTER TABLE ops.alert DROP CONSTRAINT alert_cause_key_key;
ALTER TABLE ops.alert ADD COLUMN incident_event_id bigint UNIQUE REFERENCES ops.incident_event;
COMMENT ON TABLE ops.alert IS 'One row per piece of news about an incident, to be sent 告警';
COMMENT ON COLUMN ops.alert.incident_event_id IS 'What happened; NULL in alerts from before incidents 事件经过';

ALTER TABLE ops.alert DROP CONSTRAINT alert_kind_check;
ALTER TABLE ops.alert ADD CONSTRAINT alert_kind_check CHECK (kind IN (
    'delivery_rejected', 'delivery_uncorrected', 'delivery_late', 'delivery_stuck', 'gate_failed', 'gate_warning',
    'task_failed', 'alert_undeliverable', 'airflow_silent', 'watcher_silent'
));

-- The outbox looks at what is recent, every few seconds.
CREATE INDEX alert_by_time ON ops.alert (raised_at);
CREATE INDEX alert_delivery_by_channel ON ops.alert_delivery (channel, attempted_at);

GRANT SELECT ON ops.incident, ops.incident_event, ops.heartbeat TO steppe_loader, steppe_auditor;
GRANT SELECT ON ops.incident, ops.heartbeat TO steppe_analyst;
GRANT INSERT, UPDATE ON ops.incident, ops.heartbeat TO steppe_loader;
GRANT INSERT ON ops.incident_event TO steppe_loader;
