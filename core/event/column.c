#include "core/event/column.h"

#define TEXT(name, path) {name, KUSTO_STRING, path, NULL, false}
#define VALUE(name, path) {name, KUSTO_STRING, path, NULL, true}
#define BOOL(name, path) {name, KUSTO_BOOL, path, NULL, false}
#define TIME(name, path) {name, KUSTO_DATETIME, path, NULL, false}
#define CONSTANT(name, text) {name, KUSTO_STRING, NULL, text, false}
#define NEVER(name, type) {name, type, NULL, NULL, false}

#define IDENTITY "userIdentity."
#define SESSION IDENTITY "sessionContext."
#define ISSUER SESSION "sessionIssuer."
/* Security groups: the first permission of the request stands for all. */
#define PERMISSION "requestParameters.ipPermissions.items.0."

/* clang-format off */
const struct column columns[] = {
	TIME("TimeGenerated", "eventTime"),
	TEXT("AwsEventId", "eventID"),
	TEXT("EventVersion", "eventVersion"),
	TEXT("EventSource", "eventSource"),
	TEXT("EventTypeName", "eventType"),
	TEXT("EventName", "eventName"),
	TEXT("UserIdentityType", IDENTITY "type"),
	TEXT("UserIdentityPrincipalid", IDENTITY "principalId"),
	TEXT("UserIdentityArn", IDENTITY "arn"),
	TEXT("UserIdentityAccountId", IDENTITY "accountId"),
	TEXT("UserIdentityInvokedBy", IDENTITY "invokedBy"),
	TEXT("UserIdentityAccessKeyId", IDENTITY "accessKeyId"),
	TEXT("UserIdentityUserName", IDENTITY "userName"),
	TEXT("UserIdentityUserId", IDENTITY "onBehalfOf.userId"),
	TEXT("UserIdentityStoreArn", IDENTITY "onBehalfOf.identityStoreArn"),
	BOOL("SessionMfaAuthenticated", SESSION "attributes.mfaAuthenticated"),
	TIME("SessionCreationDate", SESSION "attributes.creationDate"),
	TEXT("SessionIssuerType", ISSUER "type"),
	TEXT("SessionIssuerPrincipalId", ISSUER "principalId"),
	TEXT("SessionIssuerArn", ISSUER "arn"),
	TEXT("SessionIssuerAccountId", ISSUER "accountId"),
	TEXT("SessionIssuerUserName", ISSUER "userName"),
	TEXT("EC2RoleDelivery", SESSION "ec2RoleDelivery"),
	TEXT("AWSRegion", "awsRegion"),
	TEXT("SourceIpAddress", "sourceIPAddress"),
	TEXT("UserAgent", "userAgent"),
	TEXT("ErrorCode", "errorCode"),
	TEXT("ErrorMessage", "errorMessage"),
	VALUE("RequestParameters", "requestParameters"),
	VALUE("ResponseElements", "responseElements"),
	VALUE("AdditionalEventData", "additionalEventData"),
	NEVER("AwsRequestId", KUSTO_STRING), /* deprecated in favour of the next */
	TEXT("AwsRequestId_", "requestID"),
	VALUE("Resources", "resources"),
	TEXT("APIVersion", "apiVersion"),
	BOOL("ReadOnly", "readOnly"),
	TEXT("RecipientAccountId", "recipientAccountId"),
	VALUE("ServiceEventDetails", "serviceEventDetails"),
	TEXT("SharedEventId", "sharedEventID"),
	TEXT("VpcEndpointId", "vpcEndpointId"),
	BOOL("ManagementEvent", "managementEvent"),
	TEXT("Category", "eventCategory"),
	CONSTANT("OperationName", "CloudTrail"),
	TEXT("TlsVersion", "tlsDetails.tlsVersion"),
	TEXT("CipherSuite", "tlsDetails.cipherSuite"),
	TEXT("ClientProvidedHostHeader", "tlsDetails.clientProvidedHostHeader"),
	TEXT("CidrIp", PERMISSION "ipRanges.items.0.cidrIp"),
	TEXT("IpProtocol", PERMISSION "ipProtocol"),
	TEXT("SourcePort", PERMISSION "fromPort"),
	TEXT("DestinationPort", PERMISSION "toPort"),
	NEVER("SourceSystem", KUSTO_STRING), /* the rest is Azure's own */
	NEVER("TenantId", KUSTO_STRING),
	CONSTANT("Type", "AWSCloudTrail"),
	NEVER("_BilledSize", KUSTO_REAL),
	NEVER("_IsBillable", KUSTO_STRING),
};
/* clang-format on */

const size_t column_count = sizeof(columns) / sizeof(columns[0]);

const char *
kusto_type_name(enum kusto_type type)
{
	static const char *const names[] = {
		[KUSTO_BOOL] = "bool",
		[KUSTO_INT] = "int",
		[KUSTO_LONG] = "long",
		[KUSTO_REAL] = "real",
		[KUSTO_DECIMAL] = "decimal",
		[KUSTO_DATETIME] = "datetime",
		[KUSTO_TIMESPAN] = "timespan",
		[KUSTO_STRING] = "string",
		[KUSTO_GUID] = "guid",
		[KUSTO_DYNAMIC] = "dynamic",
	};

	return names[type];
}

size_t
column_find(struct str name)
{
	for (size_t i = 0; i < column_count; i++)
		if (str_is(name, columns[i].name))
			return i;
	return (size_t)-1;
}
