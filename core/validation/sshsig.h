/*
 * An armoured SSH signature (OpenSSH's PROTOCOL.sshsig) taken apart, to see by which key it says it
 * was made and how. Decides nothing: ssh-keygen verifies, and only of a signature that it found
 * good are the fields true. Pure; any thread.
 */
#ifndef KEYWATCH_VALIDATION_SSHSIG_H
#define KEYWATCH_VALIDATION_SSHSIG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/mem.h"

enum {
	SSHSIG_MAX = 64 << 10, /* bytes of an armoured signature */
	SSH_FINGERPRINT = 51,  /* SHA256: and 43 characters, NUL-terminated */
};

struct sshsig {
	struct str namespace; /* not empty, without NUL */
	struct str hash;      /* sha256 or sha512 */
	struct str
		key_type; /* as ssh-keygen calls it: ssh-ed25519, ssh-rsa-cert-v01@openssh.com … */
	struct str key_blob;
	struct str blob;		   /* all of it, without armour */
	char fingerprint[SSH_FINGERPRINT]; /* of the key; of a certificate, of the key it certifies
					    */
	bool certificate;
	bool hardware;		     /* a FIDO key; the three below are its own word */
	bool touched, verified_user; /* somebody touched it; and gave its PIN or finger */
	uint32_t counter;
};

/*
 * One armoured block with nothing but white space around it, and a structure in it that has no
 * byte too many. Everything that `ssh-keygen -Y sign` makes is accepted. ERROR_INPUT says what is
 * wrong. Strings live in the arena.
 */
bool sshsig_parse(struct sshsig *sig, struct str armour, struct arena *arena, struct error *err);
/* Appends the armour as ssh-keygen writes it, whatever spelling was parsed. */
void sshsig_write(const struct sshsig *sig, struct buf *out);

/* Of a public key: its type as the blob says and the fingerprint as above. False: not a key that
 * OpenSSH signs with. */
bool ssh_key_identify(struct str blob, struct str *type, char fingerprint[SSH_FINGERPRINT]);
/* The same from its base64. The type lives in the arena. */
bool ssh_key_identify_base64(struct str base64, struct arena *arena, struct str *type,
	char fingerprint[SSH_FINGERPRINT]);

#endif
