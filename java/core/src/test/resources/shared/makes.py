# Makes a segment, hands it to the JVM, and looks at what became of it: the standard library only.
import sys
from multiprocessing import shared_memory

n = int(sys.argv[1])
shm = shared_memory.SharedMemory(create=True, size=8 * n)
values = shm.buf.cast("d")
for i in range(n):
    values[i] = i
print(shm.name, shm.size, flush=True)
sys.stdin.readline()
wrong = [i for i in range(n) if values[i] != 2 * i + 1]
values[0] = -1.5
print("wrong" if wrong else "right", flush=True)
sys.stdin.readline()
values.release()
shm.close()
shm.unlink()
