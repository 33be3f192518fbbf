// Sdk-go takes an instance through its life with the official Go SDK: from its creation to an image in it and away
// again. What it saw goes to standard output as JSON; it ends with an error where anything was not as promised.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	tcr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/tcr/v20190924"
)

const (
	namespace  = "team"
	repository = "web"
	tag        = "v1"
	patience   = 20 * time.Second
)

// scenario is one instance and the way to it.
type scenario struct {
	client   *tcr.Client
	url      string
	name     string
	instance *string
	token    *tcr.CreateInstanceTokenResponse
	pushed   image
}

// seen is what the test that started this looks at.
type seen struct {
	RegistryID string
	Digest     string
	Images     []*tcr.TcrImageInfo
	ErrorCodes []string
}

func main() {
	found, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		os.Exit(1)
	}
}

func run() (*seen, error) {
	client, err := connect()
	if err != nil {
		return nil, err
	}
	s := &scenario{
		client: client,
		url:    os.Getenv("SCHEME") + "://" + os.Getenv("ENDPOINT"),
		name:   os.Getenv("INSTANCE"),
	}
	found := &seen{}
	for _, step := range []func(*seen) error{s.create, s.push, s.look, s.mistakes, s.remove} {
		if err := step(found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func connect() (*tcr.Client, error) {
	settings := profile.NewClientProfile()
	settings.HttpProfile.Endpoint = os.Getenv("ENDPOINT")
	settings.HttpProfile.Scheme = os.Getenv("SCHEME")
	settings.HttpProfile.ReqMethod = os.Getenv("METHOD")
	settings.HttpProfile.ReqTimeout = 30
	settings.SignMethod = os.Getenv("SIGN_METHOD")
	credential := common.NewCredential(os.Getenv("TENCENTCLOUD_SECRET_ID"), os.Getenv("TENCENTCLOUD_SECRET_KEY"))
	return tcr.NewClient(credential, os.Getenv("TENCENTCLOUD_REGION"), settings)
}

// create makes an instance with a namespace and a repository, and a token for it.
func (s *scenario) create(found *seen) error {
	create := tcr.NewCreateInstanceRequest()
	create.RegistryName, create.RegistryType = &s.name, common.StringPtr("basic")
	key, value := "k & =", "未命名 +"
	create.TagSpecification = &tcr.TagSpecification{
		ResourceType: common.StringPtr("instance"),
		Tags:         []*tcr.Tag{{Key: &key, Value: &value}},
	}
	made, err := s.client.CreateInstance(create)
	if err != nil {
		return fmt.Errorf("CreateInstance: %w", err)
	}
	s.instance = made.Response.RegistryId
	found.RegistryID = *s.instance
	if err := s.wait("Running"); err != nil {
		return err
	}

	inNamespace := tcr.NewCreateNamespaceRequest()
	inNamespace.RegistryId, inNamespace.NamespaceName = s.instance, common.StringPtr(namespace)
	inNamespace.IsPublic = common.BoolPtr(false)
	if _, err := s.client.CreateNamespace(inNamespace); err != nil {
		return fmt.Errorf("CreateNamespace: %w", err)
	}
	inRepository := tcr.NewCreateRepositoryRequest()
	inRepository.RegistryId, inRepository.NamespaceName = s.instance, common.StringPtr(namespace)
	inRepository.RepositoryName = common.StringPtr(repository)
	inRepository.BriefDescription = common.StringPtr("前端 & more")
	if _, err := s.client.CreateRepository(inRepository); err != nil {
		return fmt.Errorf("CreateRepository: %w", err)
	}
	token := tcr.NewCreateInstanceTokenRequest()
	token.RegistryId, token.TokenType = s.instance, common.StringPtr("temp")
	s.token, err = s.client.CreateInstanceToken(token)
	return err
}

// push sends an image with the token's user and password.
func (s *scenario) push(found *seen) (err error) {
	at := place{
		root:     fmt.Sprintf("%s/v2/%s/%s/%s", s.url, s.name, namespace, repository),
		user:     *s.token.Response.Username,
		password: *s.token.Response.Token,
	}
	s.pushed, err = at.push(tag)
	found.Digest = s.pushed.digest
	return err
}

// look finds in listings what was made.
func (s *scenario) look(found *seen) error {
	images := tcr.NewDescribeImagesRequest()
	images.RegistryId, images.NamespaceName = s.instance, common.StringPtr(namespace)
	images.RepositoryName, images.Limit = common.StringPtr(repository), common.Int64Ptr(10)
	listed, err := s.client.DescribeImages(images)
	if err != nil {
		return fmt.Errorf("DescribeImages: %w", err)
	}
	found.Images = listed.Response.ImageInfoList

	instances := tcr.NewDescribeInstancesRequest()
	instances.Filters = []*tcr.Filter{
		{Name: common.StringPtr("RegistryName"), Values: []*string{&s.name}},
		{Name: common.StringPtr("Tags"), Values: []*string{common.StringPtr("k & =:未命名 +")}},
	}
	instances.AllRegion = common.BoolPtr(true)
	described, err := s.client.DescribeInstances(instances)
	if err != nil {
		return fmt.Errorf("DescribeInstances: %w", err)
	}
	if count := *described.Response.TotalCount; count != 1 || *described.Response.Registries[0].RegistryId != *s.instance {
		return fmt.Errorf("DescribeInstances found %d", count)
	}
	repositories := tcr.NewDescribeRepositoriesRequest()
	repositories.RegistryId, repositories.SortBy = s.instance, common.StringPtr("-update_time")
	there, err := s.client.DescribeRepositories(repositories)
	if err != nil {
		return fmt.Errorf("DescribeRepositories: %w", err)
	}
	if text := *there.Response.RepositoryList[0].BriefDescription; text != "前端 & more" {
		return fmt.Errorf("the repository is described as %q", text)
	}
	return nil
}

// mistakes are answered by documented errors.
func (s *scenario) mistakes(found *seen) error {
	again := tcr.NewCreateNamespaceRequest()
	again.RegistryId, again.NamespaceName = s.instance, common.StringPtr(namespace)
	again.IsPublic = common.BoolPtr(false)
	_, conflict := s.client.CreateNamespace(again)
	full := tcr.NewDeleteNamespaceRequest()
	full.RegistryId, full.NamespaceName = s.instance, common.StringPtr("absent")
	_, absent := s.client.DeleteNamespace(full)
	_, missing := s.client.CheckInstanceName(tcr.NewCheckInstanceNameRequest())
	for _, err := range []error{conflict, absent, missing} {
		var refused *sdkerrors.TencentCloudSDKError
		if !errors.As(err, &refused) || refused.RequestId == "" {
			return fmt.Errorf("a mistake was answered by %v", err)
		}
		found.ErrorCodes = append(found.ErrorCodes, refused.Code)
	}
	return nil
}

// remove takes all away, the image first.
func (s *scenario) remove(*seen) error {
	image := tcr.NewDeleteImageRequest()
	image.RegistryId, image.NamespaceName = s.instance, common.StringPtr(namespace)
	image.RepositoryName, image.ImageVersion = common.StringPtr(repository), common.StringPtr(tag)
	if _, err := s.client.DeleteImage(image); err != nil {
		return fmt.Errorf("DeleteImage: %w", err)
	}
	inNamespace := tcr.NewDeleteRepositoryRequest()
	inNamespace.RegistryId, inNamespace.NamespaceName = s.instance, common.StringPtr(namespace)
	inNamespace.RepositoryName = common.StringPtr(repository)
	if _, err := s.client.DeleteRepository(inNamespace); err != nil {
		return fmt.Errorf("DeleteRepository: %w", err)
	}
	empty := tcr.NewDeleteNamespaceRequest()
	empty.RegistryId, empty.NamespaceName = s.instance, common.StringPtr(namespace)
	if _, err := s.client.DeleteNamespace(empty); err != nil {
		return fmt.Errorf("DeleteNamespace: %w", err)
	}
	last := tcr.NewDeleteInstanceRequest()
	last.RegistryId, last.DeleteBucket = s.instance, common.BoolPtr(true)
	if _, err := s.client.DeleteInstance(last); err != nil {
		return fmt.Errorf("DeleteInstance: %w", err)
	}
	return s.wait("")
}

// wait looks until the instance has a status, or is gone where that is empty.
func (s *scenario) wait(status string) error {
	request := tcr.NewDescribeInstanceStatusRequest()
	request.RegistryIds = []*string{s.instance}
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		answer, err := s.client.DescribeInstanceStatus(request)
		if err != nil {
			return fmt.Errorf("DescribeInstanceStatus: %w", err)
		}
		now := ""
		for _, one := range answer.Response.RegistryStatusSet {
			now = *one.Status
		}
		if now == status {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("the instance is %q and not %q", now, status)
		}
	}
}
