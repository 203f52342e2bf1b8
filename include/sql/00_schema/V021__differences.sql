-- What a delivery's rows are beside what is known is told by the hashes that raw carries: staging.seen is not needed any more. Rerun: once.
DROP TABLE staging.seen;

-- Grain: one row per row to judge; none for a resource of which every row is judged.
CREATE UNLOGGED TABLE staging.changed (
    delivery_id bigint NOT NULL,
    resource text NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    PRIMARY KEY (delivery_id, resource, stream, row_ctid)
);
ALTER TABLE staging.changed OWNER TO steppe_loader;
COMMENT ON TABLE staging.changed IS 'Rows whose content is not what is known of their key; the others need no judgement 新增或变化的行';
COMMENT ON COLUMN staging.changed.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.changed.resource IS 'Resource 资源';
COMMENT ON COLUMN staging.changed.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.changed.row_ctid IS 'Place of the row in its raw partition 原始行位置';

-- Grain: one row per key. Absence ends what a snapshot told; a quarantined row is a defect, not an absence.
CREATE UNLOGGED TABLE staging.absent (
    delivery_id bigint NOT NULL,
    resource text NOT NULL,
    key_hash bigint NOT NULL,
    is_expected boolean NOT NULL,
    PRIMARY KEY (delivery_id, resource, key_hash)
);
ALTER TABLE staging.absent OWNER TO steppe_loader;
COMMENT ON TABLE staging.absent IS 'Keys known for the month that no row of the delivery names 缺席的主键';
COMMENT ON COLUMN staging.absent.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.absent.resource IS 'Resource 资源';
COMMENT ON COLUMN staging.absent.key_hash IS 'Hash of the normalised key, as in the warehouse target 主键摘要';
COMMENT ON COLUMN staging.absent.is_expected IS 'Whether its absence counts towards a mass deletion 是否应当在报';
