# Makes a segment and writes to it until somebody kills this process.
from multiprocessing import shared_memory

shm = shared_memory.SharedMemory(create=True, size=8000)
values = shm.buf.cast("q")
print(shm.name, flush=True)
while True:
    for i in range(len(values)):
        values[i] = i
