# Language, warnings and code generation (lanes_compiler), and what makes a shared library fit to be shipped (lanes_shared).
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_library(lanes_compiler INTERFACE)
target_compile_features(lanes_compiler INTERFACE cxx_std_17)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG")
target_compile_options(lanes_compiler INTERFACE
  -Wall -Wextra -Werror
  # An operator rounds once, as it does in Java. The other two change no result; they let more loops become vectors.
  -ffp-contract=off -fno-math-errno -fno-trapping-math
  # The same sources give the same library in every folder.
  -ffile-prefix-map=${CMAKE_CURRENT_SOURCE_DIR}=native)

add_library(lanes_shared INTERFACE)
target_link_options(lanes_shared INTERFACE
  # Nothing but glibc may be asked of the machine.
  -static-libstdc++ -static-libgcc -Wl,--exclude-libs,ALL
  # A symbol that is missing shows when the library is built, at the latest when it is loaded, never in a run.
  -Wl,-z,defs,-z,now,-z,relro
  # OpenMP's threads outlive a dlclose.
  -Wl,-z,nodelete
  -Wl,--gc-sections -s)
# RPATH, not RUNPATH: the OpenMP runtime beside the library wins over LD_LIBRARY_PATH.
target_link_options(lanes_shared INTERFACE -Wl,--disable-new-dtags)
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH $ORIGIN)
