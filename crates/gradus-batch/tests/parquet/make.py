"""Writes the Parquet files that the tests read. Requires pyarrow."""
import datetime as dt
import decimal

import pyarrow as pa
import pyarrow.parquet as pq

noon = dt.datetime(2024, 2, 29, 12)
pair = lambda first, third, kind: pa.array([first, None, third], kind)
both = lambda value, kind: pair(value, value, kind)
marks = pa.struct([("name", pa.string()), ("marks", pa.list_(pa.float64()))])
notes = pa.map_(pa.string(), pa.list_(pa.struct([("at", pa.date32())])))
pq.write_table(pa.table({
    "id": both(17, pa.int64()),
    "unsigned": both(2**64 - 1, pa.uint64()),
    "price": both(decimal.Decimal("-0.05"), pa.decimal128(20, 2)),
    "share": both(0.1, pa.float64()),
    "single": both(0.1, pa.float32()),
    "nan": both(float("nan"), pa.float64()),
    "date": both(noon.date(), pa.date32()),
    "zoned": both(noon.replace(microsecond=250000), pa.timestamp("us", "UTC")),
    "pandas": both(1709208000000000001, pa.timestamp("ns")),
    "time": both(dt.time(23, 59, 59, 999000), pa.time64("us")),
    "bytes": pair("für".encode(), b"ab\xff", pa.binary()),
    "tags": both(["a", None, 'b"c'], pa.list_(pa.string())),
    "grid": both([[1, 2], [], None, [3]], pa.list_(pa.list_(pa.int32()))),
    "person": both({"name": "Zoë", "marks": [1.5, 2.0]}, marks),
    "notes": both([("a", [{"at": noon.date()}]), ("b", None)], notes),
    "ready": both(True, pa.bool_()),
}), "kinds.parquet", compression="snappy", store_schema=False)
twice = [pa.array([1, 2]), pa.array(["a", "b"]), pa.array(["c", "d"])]
pq.write_table(pa.Table.from_arrays(twice, names=["id", "x", "x"]), "twice.parquet", compression="zstd", store_schema=False)
pq.write_table(pa.table({"id": [1]}), "brotli.parquet", compression="brotli", store_schema=False)
