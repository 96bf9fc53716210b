// Hardening
