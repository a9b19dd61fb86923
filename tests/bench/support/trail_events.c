/* What happens in an account, about as often as it does. */
#include "tests/bench/support/trail.h"

#define RESOURCE(arn, type)                                                                        \
	",\"resources\":[{\"accountId\":\"$a\",\"type\":\"" type "\",\"ARN\":\"" arn "\"}]"
#define BUCKET "{\"bucketName\":\"$b\",\"Host\":\"$b.s3.$g.amazonaws.com\""
#define KMS_KEY "arn:aws:kms:$g:$a:key/$V"
#define ROLE "arn:aws:iam::$a:role/$r"
#define CREDENTIALS                                                                                \
	"\"credentials\":{\"accessKeyId\":\"$K\",\"sessionToken\":\"$B\",\"expiration\":\"$E\"}"
#define USER                                                                                       \
	"{\"user\":{\"path\":\"/\",\"userName\":\"$u\",\"userId\":\"AIDA$q\","                     \
	"\"arn\":\"arn:aws:iam::$a:user/$u\",\"createDate\":\"$E\"}}"
#define INSTANCE                                                                                   \
	"{\"instanceId\":\"i-0$i\",\"imageId\":\"ami-0$i\",\"currentState\":{\"code\":16,"         \
	"\"name\":\"running\"},\"privateDnsName\":\"ip-10-0-$n-$n.$g.compute.internal\","          \
	"\"keyName\":\"ops\",\"amiLaunchIndex\":0,\"productCodes\":{},\"instanceType\":"           \
	"\"m5.large\",\"launchTime\":$M,\"placement\":{\"availabilityZone\":\"$ga\","              \
	"\"tenancy\":\"default\"},\"monitoring\":{\"state\":\"disabled\"},\"subnetId\":"           \
	"\"subnet-0$i\",\"vpcId\":\"vpc-0$h$h0\",\"privateIpAddress\":\"10.0.$n.$n\","             \
	"\"stateReason\":{\"code\":\"pending\",\"message\":\"pending\"},\"architecture\":"         \
	"\"x86_64\",\"rootDeviceType\":\"ebs\",\"rootDeviceName\":\"/dev/xvda\","                  \
	"\"blockDeviceMapping\":{},\"virtualizationType\":\"hvm\",\"hypervisor\":\"xen\","         \
	"\"tagSet\":{\"items\":[{\"key\":\"Name\",\"value\":\"$w-$n\"},{\"key\":\"team\","         \
	"\"value\":\"$w\"}]},\"groupSet\":{\"items\":[{\"groupId\":\"sg-0$i\",\"groupName\":"      \
	"\"$w {prod} [$g]\"}]},\"ebsOptimized\":false,\"enaSupport\":true,"                        \
	"\"metadataOptions\":{\"state\":\"pending\",\"httpTokens\":\"required\","                  \
	"\"httpPutResponseHopLimit\":2,\"httpEndpoint\":\"enabled\"}}"
#define CONTAINER                                                                                  \
	"{\"name\":\"$w\",\"image\":\"$a.dkr.ecr.$g.amazonaws.com/$w:$h\",\"cpu\":256,"            \
	"\"memory\":512,\"essential\":true,\"environment\":[{\"name\":\"STAGE\",\"value\":"        \
	"\"$w\"},{\"name\":\"OPTIONS\",\"value\":\"{\\\"retries\\\":[1,2,5],\\\"path\\\":"         \
	"\\\"C:\\\\\\\\logs\\\\\\\\$w\\\"}\"}],\"mountPoints\":[],\"volumesFrom\":[],"             \
	"\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{\"awslogs-group\":"          \
	"\"/ecs/$w\",\"awslogs-region\":\"$g\",\"awslogs-stream-prefix\":\"ecs\"}}}"
#define SCRIPT                                                                                     \
	"[\"#!/bin/sh\\nset -eu\\ncd \\\"/srv/$w\\\" && for f in *.log; do test -s \\\"$$f\\\" "   \
	"|| continue; { gzip -9 \\\"$$f\\\"; } 2>&1; done\\n\\tprintf '%s\\\\n' \\\"$w: "          \
	"[$n]\\\"\"]"

/* clang-format off */
const struct trail_event trail_events[] = {
{50, "sts", "AssumeRole", "{\"roleArn\":\"" ROLE "\",\"roleSessionName\":\"$s\",\"durationSeconds\":3600}",
	"{" CREDENTIALS ",\"assumedRoleUser\":{\"assumedRoleId\":\"AROA$q:$s\",\"arn\":\"arn:aws:sts::$a:assumed-role/$r/$s\"}}",
	RESOURCE(ROLE, "AWS::IAM::Role") ",\"sharedEventID\":\"$U\"", false},
{90, "sts", "AssumeRoleWithWebIdentity", "{\"roleArn\":\"" ROLE "\",\"roleSessionName\":\"$s\"}",
	"{\"subjectFromWebIdentityToken\":\"repo:corp/$w:ref:refs/heads/main\",\"assumedRoleUser\":{\"assumedRoleId\":\"AROA$q:$s\",\"arn\":\"arn:aws:sts::$a:assumed-role/$r/$s\"},\"provider\":\"arn:aws:iam::$a:oidc-provider/token.actions.githubusercontent.com\",\"audience\":\"sts.amazonaws.com\"}",
	RESOURCE(ROLE, "AWS::IAM::Role"), false},
{90, "kms", "Decrypt", "{\"encryptionContext\":{\"aws:s3:arn\":\"arn:aws:s3:::$b/$o\"},\"encryptionAlgorithm\":\"SYMMETRIC_DEFAULT\"}",
	"null", RESOURCE(KMS_KEY, "AWS::KMS::Key"), false},
{60, "kms", "GenerateDataKey", "{\"keyId\":\"" KMS_KEY "\",\"encryptionContext\":{\"aws:cloudtrail:arn\":\"arn:aws:cloudtrail:$g:$a:trail/org\",\"aws:s3:arn\":\"arn:aws:s3:::$b/$o\"},\"keySpec\":\"AES_256\"}",
	"null", RESOURCE(KMS_KEY, "AWS::KMS::Key"), false},
{70, "ec2", "DescribeInstances", "{\"instancesSet\":{\"items\":[$({\"instanceId\":\"i-0$i\"}$)]},\"filterSet\":{\"items\":[{\"name\":\"tag:team\",\"valueSet\":{\"items\":[{\"value\":\"$w\"}]}}]}}", "null", "", false},
{30, "ec2", "DescribeVolumes", "{\"volumeSet\":{},\"filterSet\":{\"items\":[{\"name\":\"attachment.instance-id\",\"valueSet\":{\"items\":[$({\"value\":\"i-0$i\"}$)]}}]}}", "null", "", false},
{25, "ec2", "DescribeSecurityGroups", "{\"securityGroupSet\":{},\"securityGroupIdSet\":{\"items\":[$({\"groupId\":\"sg-0$i\"}$)]},\"filterSet\":{}}", "null", "", false},
{20, "ec2", "DescribeNetworkInterfaces", "{\"networkInterfaceIdSet\":{},\"filterSet\":{\"items\":[{\"name\":\"status\",\"valueSet\":{\"items\":[{\"value\":\"in-use\"}]}}]},\"maxResults\":1000}", "null", "", false},
{40, "s3", "GetBucketAcl", BUCKET ",\"acl\":\"\"}", "null", ",\"additionalEventData\":{\"SignatureVersion\":\"SigV4\",\"CipherSuite\":\"ECDHE-RSA-AES128-GCM-SHA256\",\"bytesTransferredIn\":0,\"AuthenticationMethod\":\"AuthHeader\",\"x-amz-id-2\":\"$X=\",\"bytesTransferredOut\":$m}" RESOURCE("arn:aws:s3:::$b", "AWS::S3::Bucket"), false},
{60, "s3", "PutObject", BUCKET ",\"key\":\"$o\",\"x-amz-server-side-encryption\":\"aws:kms\"}", "{\"x-amz-server-side-encryption\":\"aws:kms\",\"x-amz-version-id\":\"$X\"}",
	",\"additionalEventData\":{\"SignatureVersion\":\"SigV4\",\"bytesTransferredIn\":$m,\"SSEApplied\":\"SSE_KMS\",\"x-amz-id-2\":\"$X=\",\"bytesTransferredOut\":0}", true},
{50, "s3", "GetObject", BUCKET ",\"key\":\"$o\"}", "null", ",\"additionalEventData\":{\"SignatureVersion\":\"SigV4\",\"x-amz-id-2\":\"$X=\",\"bytesTransferredOut\":$m}", true},
{12, "s3", "ListBuckets", "{\"Host\":\"s3.$g.amazonaws.com\"}", "null", "", false},
{40, "sts", "GetCallerIdentity", "null", "null", "", false},
{35, "logs", "CreateLogStream", "{\"logGroupName\":\"/aws/lambda/$w-$w\",\"logStreamName\":\"2024/03/$n/[$$LATEST]$H\"}", "null", ",\"apiVersion\":\"20140328\"", false},
{20, "logs", "DescribeLogGroups", "{\"logGroupNamePrefix\":\"/aws/$w\",\"limit\":50}", "null", ",\"apiVersion\":\"20140328\"", false},
{8, "logs", "StartQuery", "{\"logGroupName\":\"/ecs/$w\",\"startTime\":$M,\"endTime\":$M,\"queryString\":\"fields @timestamp, @message | filter @message like /(?i)(error|\\\\{\\\\\\\"level\\\\\\\":\\\\\\\"fatal\\\\\\\")/ | sort @timestamp desc\"}", "{\"queryId\":\"$U\"}", ",\"apiVersion\":\"20140328\"", false},
{40, "ssm", "UpdateInstanceInformation", "{\"instanceId\":\"i-0$i\",\"agentVersion\":\"3.2.2303.0\",\"agentStatus\":\"Active\",\"platformType\":\"Linux\",\"platformName\":\"Amazon Linux\",\"platformVersion\":\"2023\",\"iPAddress\":\"10.0.$n.$n\",\"computerName\":\"ip-10-0-$n-$n.$g.compute.internal\",\"agentName\":\"amazon-ssm-agent\",\"sSMConnectionChannel\":\"ssmmessages\"}", "null", "", false},
{12, "ssm", "GetParameter", "{\"name\":\"/$w/$w/password\",\"withDecryption\":true}", "null", "", false},
{5, "ssm", "SendCommand", "{\"documentName\":\"AWS-RunShellScript\",\"instanceIds\":[$(\"i-0$i\"$)],\"parameters\":{\"commands\":" SCRIPT "}}", "{\"command\":{\"commandId\":\"$U\",\"documentName\":\"AWS-RunShellScript\",\"status\":\"Pending\",\"targetCount\":$n,\"parameters\":{\"commands\":\"HIDDEN_DUE_TO_SECURITY_REASONS\"},\"hasSendCommandSignature\":false}}", "", false},
{15, "secretsmanager", "GetSecretValue", "{\"secretId\":\"arn:aws:secretsmanager:$g:$a:secret:$w/$w-$h\"}", "null", "", false},
{20, "ecs", "DescribeTasks", "{\"cluster\":\"arn:aws:ecs:$g:$a:cluster/$w\",\"tasks\":[$(\"arn:aws:ecs:$g:$a:task/$w/$H\"$)]}", "null", "", false},
{15, "ecs", "SubmitTaskStateChange", "{\"cluster\":\"$w\",\"task\":\"arn:aws:ecs:$g:$a:task/$w/$H\",\"status\":\"RUNNING\",\"containers\":[$({\"containerName\":\"$w\",\"runtimeId\":\"$H-$m\",\"status\":\"RUNNING\",\"networkBindings\":[]}$)]}", "{\"acknowledgment\":\"ok\"}", "", false},
{6, "ecs", "RegisterTaskDefinition", "{\"family\":\"$w-$w\",\"containerDefinitions\":[$(" CONTAINER "$)],\"networkMode\":\"awsvpc\",\"cpu\":\"1024\",\"memory\":\"2048\"}", "{\"taskDefinition\":{\"taskDefinitionArn\":\"arn:aws:ecs:$g:$a:task-definition/$w:$n\",\"containerDefinitions\":[$(" CONTAINER "$)],\"revision\":$n,\"status\":\"ACTIVE\"}}", "", false},
{20, "ecr", "BatchGetImage", "{\"repositoryName\":\"$w\",\"imageIds\":[{\"imageDigest\":\"sha256:$x\"}],\"acceptedMediaTypes\":[\"application/vnd.docker.distribution.manifest.v2+json\",\"application/vnd.oci.image.manifest.v1+json\"]}", "null", RESOURCE("arn:aws:ecr:$g:$a:repository/$w", "AWS::ECR::Repository"), false},
{10, "ecr", "GetAuthorizationToken", "{}", "null", "", false},
{15, "lambda", "Invoke", "{\"functionName\":\"arn:aws:lambda:$g:$a:function:$w-$w\",\"invocationType\":\"RequestResponse\"}", "null", "", true},
{4, "lambda", "CreateFunction20150331", "{\"functionName\":\"$w-$w\",\"runtime\":\"python3.11\",\"role\":\"" ROLE "\",\"handler\":\"index.handler\",\"code\":{},\"timeout\":30,\"memorySize\":256,\"environment\":{}}", "{\"functionArn\":\"arn:aws:lambda:$g:$a:function:$w\",\"codeSha256\":\"$X=\",\"codeSize\":$m,\"version\":\"$$LATEST\",\"environment\":{},\"state\":\"Pending\"}", "", false},
{8, "monitoring", "PutMetricAlarm", "{\"alarmName\":\"$w > $n% [$g]\",\"comparisonOperator\":\"GreaterThanThreshold\",\"metricName\":\"CPUUtilization\",\"namespace\":\"AWS/EC2\",\"dimensions\":[$({\"name\":\"InstanceId\",\"value\":\"i-0$i\"}$)],\"period\":300,\"threshold\":80.0,\"evaluationPeriods\":3}", "null", "", false},
{20, "config", "PutEvaluations", "{\"evaluations\":[$({\"complianceResourceType\":\"AWS::IAM::User\",\"complianceResourceId\":\"AIDA$q\",\"complianceType\":\"NON_COMPLIANT\",\"annotation\":\"access key of \\\"$u\\\" is older than $n days\",\"orderingTimestamp\":\"$t\"}$)],\"resultToken\":\"$B\",\"testMode\":false}", "{\"failedEvaluations\":[]}", "", false},
{6, "ec2", "RunInstances", "{\"instancesSet\":{\"items\":[{\"imageId\":\"ami-0$i\",\"minCount\":1,\"maxCount\":$n,\"keyName\":\"ops\"}]},\"userData\":\"<sensitiveDataRemoved>\",\"instanceType\":\"m5.large\",\"clientToken\":\"$U\"}", "{\"requestId\":\"$U\",\"reservationId\":\"r-0$i\",\"ownerId\":\"$a\",\"groupSet\":{},\"instancesSet\":{\"items\":[$(" INSTANCE "$)]}}", "", false},
{10, "ec2", "CreateTags", "{\"resourcesSet\":{\"items\":[$({\"resourceId\":\"vol-0$i\"}$)]},\"tagSet\":{\"items\":[{\"key\":\"kubernetes.io/cluster/$w\",\"value\":\"owned\"},{\"key\":\"note\",\"value\":\"{\\\"by\\\": \\\"$u\\\", \\\"why\\\": [\\\"]}\\\"]}\"}]}}", "{\"requestId\":\"$U\",\"_return\":true}", "", false},
{4, "ec2", "AuthorizeSecurityGroupIngress", "{\"groupId\":\"sg-0$i\",\"ipPermissions\":{\"items\":[$({\"ipProtocol\":\"tcp\",\"fromPort\":$n,\"toPort\":$n,\"groups\":{},\"ipRanges\":{\"items\":[{\"cidrIp\":\"$p/32\",\"description\":\"$w\"}]}}$)]}}", "{\"requestId\":\"$U\",\"_return\":true}", "", false},
{8, "ec2", "CreateNetworkInterface", "{\"subnetId\":\"subnet-0$i\",\"description\":\"aws-K8S-i-0$i\",\"groupSet\":{\"items\":[{\"groupId\":\"sg-0$i\"}]},\"clientToken\":\"$U\"}", "{\"requestId\":\"$U\",\"networkInterface\":{\"networkInterfaceId\":\"eni-0$i\",\"subnetId\":\"subnet-0$i\",\"vpcId\":\"vpc-0$i\",\"availabilityZone\":\"$ga\",\"ownerId\":\"$a\",\"status\":\"pending\",\"macAddress\":\"0a:$n:4f:$n:01:7c\",\"privateIpAddress\":\"10.0.$n.$n\"}}", "", false},
{8, "iam", "GetRole", "{\"roleName\":\"$r\"}", "null", "", false},
{5, "iam", "ListAccessKeys", "{\"userName\":\"$u\"}", "null", "", false},
{5, "iam", "GetAccessKeyLastUsed", "{\"accessKeyId\":\"$k\"}", "null", "", false},
{1, "iam", "UpdateAccessKey", "{\"userName\":\"$u\",\"accessKeyId\":\"$k\",\"status\":\"Inactive\"}", "null", "", false},
{1, "iam", "DeleteAccessKey", "{\"userName\":\"$u\",\"accessKeyId\":\"$k\"}", "null", "", false},
{2, "iam", "CreateUser", "{\"userName\":\"$u\"}", USER, "", false},
{2, "iam", "CreateRole", "{\"roleName\":\"$r\",\"assumeRolePolicyDocument\":\"$P\"}", "{\"role\":{\"path\":\"/\",\"roleName\":\"$r\",\"roleId\":\"AROA$q\",\"arn\":\"" ROLE "\",\"createDate\":\"$E\",\"assumeRolePolicyDocument\":\"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%7D%5D%7D\"}}", "", false},
{4, "iam", "PutRolePolicy", "{\"roleName\":\"$r\",\"policyName\":\"$w\",\"policyDocument\":\"$P\"}", "null", "", false},
{3, "iam", "CreatePolicy", "{\"policyName\":\"$w-$w\",\"policyDocument\":\"$P\",\"path\":\"/\"}", "{\"policy\":{\"policyName\":\"$w\",\"policyId\":\"ANPA$q\",\"arn\":\"arn:aws:iam::$a:policy/$w\",\"attachmentCount\":0,\"isAttachable\":true}}", "", false},
{3, "iam", "AttachRolePolicy", "{\"roleName\":\"$r\",\"policyArn\":\"arn:aws:iam::aws:policy/ReadOnlyAccess\"}", "null", "", false},
{3, "s3", "PutBucketPolicy", BUCKET ",\"bucketPolicy\":{\"Version\":\"2012-10-17\",\"Statement\":[$({\"Sid\":\"$w$n\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":[\"s3:PutObject\",\"s3:GetObject\"],\"Resource\":\"arn:aws:s3:::$b/*\",\"Condition\":{\"StringNotEquals\":{\"aws:SourceVpce\":\"vpce-0$i\"}}}$)]}}", "null", "", false},
{4, "cloudtrail", "LookupEvents", "{\"lookupAttributes\":[{\"attributeKey\":\"Username\",\"attributeValue\":\"$u\"}],\"maxResults\":50}", "null", "", false},
{6, "signin", "ConsoleLogin", "null", "{\"ConsoleLogin\":\"Success\"}", ",\"additionalEventData\":{\"LoginTo\":\"https://console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_$g_$h\",\"MobileVersion\":\"No\",\"MFAUsed\":\"Yes\"}", false},
{6, "bedrock", "InvokeModel", "{\"modelId\":\"anthropic.claude-3-sonnet-20240229-v1:0\"}", "null", ",\"additionalEventData\":{\"inferenceRegion\":\"$g\"}", false},
{5, "sns", "Publish", "{\"topicArn\":\"arn:aws:sns:$g:$a:$w\",\"message\":\"HIDDEN_DUE_TO_SECURITY_REASONS\",\"messageAttributes\":{\"eventType\":{\"dataType\":\"String\",\"stringValue\":\"$w\"}}}", "{\"messageId\":\"$U\"}", "", true},
{5, "athena", "StartQueryExecution", "{\"queryString\":\"SELECT \\\"useridentity\\\".arn, count(*) FROM \\\"$w\\\".\\\"trail\\\"\\nWHERE eventname \\u003c\\u003e '$w' AND \\u0026 \\u003e 5\\nGROUP BY 1\",\"clientRequestToken\":\"$U\",\"workGroup\":\"primary\"}", "{\"queryExecutionId\":\"$U\"}", "", false},
{4, "cloudformation", "DescribeStackEvents", "{\"stackName\":\"arn:aws:cloudformation:$g:$a:stack/$w-$w/$U\"}", "null", "", false},
};
/* clang-format on */
const size_t trail_event_count = sizeof(trail_events) / sizeof(trail_events[0]);
