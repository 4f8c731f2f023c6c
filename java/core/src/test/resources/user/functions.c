/* Functions of a user's, for the tests: every kind, one to three arguments. */
#include <complex.h>
#include <math.h>
#include <stdint.h>

const char logistic_signature[] = "dd:d";

void logistic(double *restrict out, const double *x, const double *r, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = r[i] * x[i] * (1 - x[i]);
}

void logistic_float(float *restrict out, const float *x, const float *r, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = r[i] * x[i] * (1 - x[i]);
}

void both(uint8_t *out, const uint8_t *a, const uint8_t *b, int64_t n) {
  /* Any value but 0 is to count as true. */
  for (int64_t i = 0; i < n; i++) out[i] = a[i] && b[i] ? 250 : 0;
}

void collatz(int32_t *out, const int32_t *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = x[i] % 2 == 0 ? x[i] / 2 : (int32_t)(3u * (uint32_t)x[i] + 1);
}

void mix(int64_t *out, const int64_t *a, const int32_t *b, const uint8_t *c, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = (int64_t)((uint64_t)a[i] * 31 + (uint64_t)(int64_t)b[i] * 7 + c[i]);
}

void rotate(double complex *out, const double complex *z, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = CMPLX(-cimag(z[i]), creal(z[i]));
}

void is_far(uint8_t *out, const double complex *z, const double *limit, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = creal(z[i]) > limit[i];
}

/* Writes before it reads: it would see its own zeros if blocks overlapped. */
void late(double *out, const double *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = 0;
  for (int64_t i = 0; i < n; i++) out[i] += 2 * x[i];
}

/* Gives the length of its block where it is aligned, else -1. */
void check(int64_t *out, const int64_t *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = (uintptr_t)x % 8 == 0 && (uintptr_t)out % 8 == 0 && n > 0 ? n : -1;
}

void bessel(double *out, const double *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = floor(x[i]);
}

int64_t data[2] = {1, 2};
