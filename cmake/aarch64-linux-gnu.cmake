# Compiles for 64-bit ARM on another machine, to see that the sources still do:
#   apt-get install g++-aarch64-linux-gnu
#   cmake -S native -B target/arm64 --toolchain ../cmake/aarch64-linux-gnu.cmake
#   cmake --build target/arm64
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
