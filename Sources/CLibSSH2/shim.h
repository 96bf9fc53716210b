// libssh2 as Swift sees it. Only what Swift cannot import belongs here.
#pragma once
#include <libssh2.h>
