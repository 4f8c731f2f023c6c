# -DLANES_SANITIZE=ON: everything under AddressSanitizer and UndefinedBehaviorSanitizer, any finding ends the process.
option(LANES_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
if(LANES_SANITIZE)
  target_compile_options(lanes_compiler INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(lanes_compiler INTERFACE -fsanitize=address,undefined)
endif()
