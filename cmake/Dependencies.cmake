# What the library is built with: Highway's headers (lanes_highway) and OpenMP with the runtime that is shipped.
find_path(HWY_INCLUDE_DIR hwy/highway.h)
if(NOT HWY_INCLUDE_DIR)
  message(FATAL_ERROR "Highway's headers are missing: apt-get install libhwy-dev")
endif()
add_library(lanes_highway INTERFACE)
target_include_directories(lanes_highway SYSTEM INTERFACE ${HWY_INCLUDE_DIR})
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  # Exactly SSE4, AVX2 and AVX3: SSE4 is the floor, and the two left out differ from their neighbours in nothing that we use.
  target_compile_definitions(lanes_highway INTERFACE
    HWY_BASELINE_TARGETS=HWY_SSE4 "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_AVX3_DL)")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  # NEON alone: vectors of SVE have no size, so that they cannot be kept in arrays.
  target_compile_definitions(lanes_highway INTERFACE
    HWY_BASELINE_TARGETS=HWY_NEON "HWY_DISABLED_TARGETS=(HWY_SVE|HWY_SVE2|HWY_SVE_256|HWY_SVE2_128)")
  # What Highway compiles its functions for. GCC puts them only into functions that are compiled for as much, and
  # constructors that nobody wrote are not. No compiler makes cryptographic instructions of its own accord.
  target_compile_options(lanes_highway INTERFACE -march=armv8-a+crypto)
endif()

find_package(OpenMP REQUIRED COMPONENTS CXX)
# Debian's libgomp.a is not position-independent, so the shared one travels with us.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=libgomp.so.1
  OUTPUT_VARIABLE LANES_OPENMP_RUNTIME OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT IS_ABSOLUTE "${LANES_OPENMP_RUNTIME}")
  message(FATAL_ERROR "the compiler has no libgomp.so.1: apt-get install libgomp1")
endif()
get_filename_component(runtime_file ${LANES_OPENMP_RUNTIME} REALPATH)
configure_file(${runtime_file} ${CMAKE_CURRENT_BINARY_DIR}/libgomp.so.1 COPYONLY)
set(LANES_OPENMP_RUNTIME ${CMAKE_CURRENT_BINARY_DIR}/libgomp.so.1)
