"""Makes N parts of a file of vae-infer on a Spark cluster, and joins them.

    spark-submit shards.py N FILE ARGUMENTS
    spark-submit shards.py 8 /shared/new.npy --samples 1000000 --decoder /shared/decoder.onnx

Spark pipes the shards' numbers to the binary, which is all that the machines need; FILE is in a
folder that they share. Spark starts a part anew where a machine is lost.
"""
import shlex
import subprocess
import sys

from pyspark.sql import SparkSession

n, out, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
words = shlex.join(["vae-infer", *arguments, "--out", out, "--threads", "1"])

spark = SparkSession.builder.appName("vae-infer").getOrCreate()
numbers = spark.sparkContext.parallelize(range(1, n + 1), n)
script = f"while read i; do {words} --shard $i/{n} || exit 1; done"
piped = numbers.pipe("sh -c " + shlex.quote(script), checkCode=True)
for line in piped.collect():
    print(line)
spark.stop()
subprocess.run(["vae-infer", "join", out], check=True)
