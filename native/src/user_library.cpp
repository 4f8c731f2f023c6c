// Finds the user's functions, and refuses what is none.
#include "user_library.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "lanes.h"

namespace lanes {
namespace {

// The address of a symbol that the library itself defines, not one of the libraries that it uses; null for none.
void* FindOwn(void* library, const char* name, bool function) {
  void* const address = dlsym(library, name);
  if (address == nullptr) return nullptr;
  link_map* own = nullptr;
  link_map* found = nullptr;
  Dl_info info;
  if (dlinfo(library, RTLD_DI_LINKMAP, &own) != 0) return nullptr;
  if (dladdr1(address, &info, reinterpret_cast<void**>(&found), RTLD_DL_LINKMAP) == 0 || found != own) return nullptr;
  const ElfW(Sym)* symbol = nullptr;
  if (dladdr1(address, &info, const_cast<void**>(reinterpret_cast<const void**>(&symbol)), RTLD_DL_SYMENT) == 0) {
    return nullptr;
  }
  // What a resolver chose may have no symbol.
  if (symbol == nullptr) return function ? address : nullptr;
  const int type = ELF64_ST_TYPE(symbol->st_info);
  return (type == STT_FUNC || type == STT_GNU_IFUNC) == function ? address : nullptr;
}

}  // namespace

void* OpenUserLibrary(const char* path, char* message, size_t bytes) {
  void* const library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* const why = dlerror();
    snprintf(message, bytes, "%s", why == nullptr ? "unknown error" : why);
  }
  return library;
}

int32_t FindUserFunction(void* library, const char* name, const char* signature, UserFunction* function) {
  char declared[256];
  const int length = snprintf(declared, sizeof(declared), "%s_signature", name);
  if (length < 0 || length >= static_cast<int>(sizeof(declared))) return LANES_NO_FUNCTION;
  void* const address = FindOwn(library, name, true);
  if (address == nullptr) return LANES_NO_FUNCTION;
  const void* const text = FindOwn(library, declared, false);
  if (text != nullptr && strcmp(static_cast<const char*>(text), signature) != 0) return LANES_OTHER_SIGNATURE;
  *function = reinterpret_cast<UserFunction>(address);
  return LANES_OK;
}

}  // namespace lanes
