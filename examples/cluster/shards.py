"""Makes N parts of a file of vae-infer on a Spark cluster, and joins them.

    spark-submit shards.py N FILE ARGUMENTS
    spark-submit shards.py 8 /shared/new.npy --samples 1000000 --decoder /shared/decoder.onnx

Spark gives the binary the shards' numbers; it is all that the machines need on their PATH. FILE is
in a folder that they share. Spark starts a part anew where a machine is lost.
"""
import subprocess
import sys

from pyspark.sql import SparkSession

n, out, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3:]


def make(i):
    command = ["vae-infer", *arguments, "--out", out, "--threads", "1", "--shard", f"{i}/{n}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:  # the reason shows in the driver's log
        raise RuntimeError(done.stderr.strip())
    return done.stdout.strip()


spark = SparkSession.builder.appName("vae-infer").getOrCreate()
for line in spark.sparkContext.parallelize(range(1, n + 1), n).map(make).collect():
    print(line)
spark.stop()
subprocess.run(["vae-infer", "join", out], check=True)
