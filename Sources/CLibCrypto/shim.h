// OpenSSL's libcrypto: key parsing, signing, digests.
#pragma once
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

// SHA-1 between two blocks of 64 bytes.
typedef struct {
    uint32_t h0, h1, h2, h3, h4;
} sha1_state;

// HMAC under thousands of keys, as known_hosts needs it, is two such steps a key; with the contexts of EVP it costs ten
// times as much, since they are copied, initialised and looked up each time. SHA1_Transform is deprecated, of which Swift
// would warn.
static inline sha1_state sha1_after(sha1_state state, const uint8_t *blocks, size_t count) {
    SHA_CTX context = {.h0 = state.h0, .h1 = state.h1, .h2 = state.h2, .h3 = state.h3, .h4 = state.h4};
    for (size_t block = 0; block < count; block++) SHA1_Transform(&context, blocks + 64 * block);
    return (sha1_state){context.h0, context.h1, context.h2, context.h3, context.h4};
}

// The digest that the state stands for, in the order of its bytes.
static inline void sha1_digest(sha1_state state, uint8_t *digest) {
    const uint32_t words[] = {state.h0, state.h1, state.h2, state.h3, state.h4};
    for (int byte = 0; byte < 20; byte++) digest[byte] = (uint8_t)(words[byte / 4] >> (24 - byte % 4 * 8));
}
