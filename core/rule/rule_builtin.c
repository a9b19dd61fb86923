/* The built-in rule's text, taken into the program as it stands in its file. */
#include "core/rule/rule_private.h"

__asm__(".pushsection .rodata\n"
	".global keywatch_builtin_rule\n"
	"keywatch_builtin_rule:\n"
	".incbin \"core/rule/builtin/AWS_UserAccessKeyCreated.yaml\"\n"
	".global keywatch_builtin_rule_end\n"
	"keywatch_builtin_rule_end:\n"
	".byte 0\n"
	".popsection\n");

extern const char keywatch_builtin_rule[], keywatch_builtin_rule_end[];

struct str
rule_builtin_text(void)
{
	return (struct str){
		keywatch_builtin_rule, (size_t)(keywatch_builtin_rule_end - keywatch_builtin_rule)};
}
