# Opens the segment that the JVM made, and changes it: the standard library only.
import sys
from multiprocessing import resource_tracker, shared_memory

name, stays = sys.argv[1], sys.argv[2] == "stays"
shm = shared_memory.SharedMemory(name)
if stays:
    resource_tracker.unregister(shm._name, "shared_memory")
try:
    shared_memory.SharedMemory(name, create=True, size=8)
    print("made twice", flush=True)
except FileExistsError:
    print(shm.size, flush=True)
values = shm.buf.cast("q")
for i in range(len(values)):
    values[i] *= 10
print("done", flush=True)
sys.stdin.readline()
values.release()
shm.close()
