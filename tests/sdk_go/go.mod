module wharf.example/tests/sdk-go

go 1.26.1

tool wharf.example/tests/sdk-go

require github.com/tencentcloud/tencentcloud-sdk-go v1.0.162
