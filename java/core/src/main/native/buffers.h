// Where the memory of java.nio buffers lies: the two JNI calls that JavaCPP's own buffer handling does not offer.
#ifndef LANES_BUFFERS_H
#define LANES_BUFFERS_H

#include <jni.h>
#include <stdint.h>

namespace lanes {

// The address of index 0 of the buffer, whatever its position; 0 when it lies on the Java heap or is null, which
// HotSpot does not look for.
inline int64_t address(JNIEnv* env, jclass, jobject buffer) {
  return buffer == nullptr ? 0 : reinterpret_cast<int64_t>(env->GetDirectBufferAddress(buffer));
}

// A direct ByteBuffer over foreign memory, which it does not keep alive; null for more than it can count, which older
// JVMs cut off instead.
inline jobject view(JNIEnv* env, jclass, int64_t address, int64_t bytes) {
  if (bytes > INT32_MAX) return nullptr;
  return env->NewDirectByteBuffer(reinterpret_cast<void*>(address), bytes);
}

}  // namespace lanes

#endif
