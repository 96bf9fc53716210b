// OpenSSL's libcrypto: signing, digests, constant-time compare.
#pragma once
#include <openssl/evp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/hmac.h>
