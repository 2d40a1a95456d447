// The oracle of src/schedule: Karmada's own scheduler, asked about bindings that come as JSON lines on stdin, with one
// answer a line on stdout. A case goes through the scheduler's doScheduleBinding, from "is there anything to do" over
// the affinity groups to the patches it would send to the API server; the patches are caught, and are the answer.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"time"
	"unsafe"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/klog/v2"

	clusterv1alpha1 "github.com/karmada-io/karmada/pkg/apis/cluster/v1alpha1"
	policyv1alpha1 "github.com/karmada-io/karmada/pkg/apis/policy/v1alpha1"
	workv1alpha2 "github.com/karmada-io/karmada/pkg/apis/work/v1alpha2"
	estimatorclient "github.com/karmada-io/karmada/pkg/estimator/client"
	"github.com/karmada-io/karmada/pkg/generated/clientset/versioned/fake"
	clusterlister "github.com/karmada-io/karmada/pkg/generated/listers/cluster/v1alpha1"
	worklister "github.com/karmada-io/karmada/pkg/generated/listers/work/v1alpha2"
	"github.com/karmada-io/karmada/pkg/modeling"
	"github.com/karmada-io/karmada/pkg/scheduler"
	schedulercache "github.com/karmada-io/karmada/pkg/scheduler/cache"
	"github.com/karmada-io/karmada/pkg/scheduler/core"
	"github.com/karmada-io/karmada/pkg/scheduler/framework/plugins"
	"github.com/karmada-io/karmada/pkg/util"
)

const (
	namespace  = "apps"
	name       = "web-deployment"
	apiVersion = "apps/v1"
	kind       = "Deployment"
)

//go:linkname doScheduleBinding github.com/karmada-io/karmada/pkg/scheduler.(*Scheduler).doScheduleBinding
func doScheduleBinding(s *scheduler.Scheduler, namespace, name string) error

type question struct {
	Clusters       []member                          `json:"clusters"`
	Replicas       int32                             `json:"replicas"`
	UID            types.UID                         `json:"uid"`
	Resource       *workv1alpha2.ObjectReference     `json:"resource"`
	Requirements   *workv1alpha2.ReplicaRequirements `json:"requirements"`
	Components     int                               `json:"components"`
	Previous       []workv1alpha2.TargetCluster      `json:"previous"`
	Evicting       []string                          `json:"evicting"`
	Placement      policyv1alpha1.Placement          `json:"placement"`
	Applied        *policyv1alpha1.Placement         `json:"applied"`
	Affinity       string                            `json:"affinity"`
	Fresh          bool                              `json:"fresh"`
	PropagateEmpty bool                              `json:"propagateEmpty"`
	// another question: how many of these nodes are in each grade
	Nodes  []corev1.ResourceList           `json:"nodes"`
	Models []clusterv1alpha1.ResourceModel `json:"models"`
	// another one: the order in which clusters with so much room come out of the sort before a division
	Rooms []int32 `json:"rooms"`
}

type member struct {
	Name     string            `json:"name"`
	Avail    *int32            `json:"avail"`
	Region   string            `json:"region"`
	Zones    []string          `json:"zones"`
	Provider string            `json:"provider"`
	Labels   map[string]string `json:"labels"`
	Taints   []corev1.Taint    `json:"taints"`
	Deleting bool              `json:"deleting"`
	// group and version to kinds; a member without this has what is asked for
	APIs    *map[string][]string             `json:"apis"`
	Models  []clusterv1alpha1.ResourceModel  `json:"models"`
	Summary *clusterv1alpha1.ResourceSummary `json:"summary"`
}

type answer struct {
	Acted    bool     `json:"acted"`
	Result   []target `json:"result"`
	Affinity string   `json:"affinity,omitempty"`
	Error    string   `json:"error,omitempty"`
	Reason   string   `json:"reason,omitempty"`
	// what the general estimator says of each cluster that has a resource summary, by name
	Available map[string]int32 `json:"available,omitempty"`
	Grades    []int            `json:"grades,omitempty"`
	Order     []int            `json:"order,omitempty"`
}

type target struct {
	Name     string `json:"name"`
	Replicas int32  `json:"replicas"`
}

func main() {
	klog.SetLogger(logr.Discard())
	oracle := newOracle()

	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<28)
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	defer out.Flush()
	for in.Scan() {
		var asked question
		decoder := json.NewDecoder(strings.NewReader(in.Text()))
		decoder.DisallowUnknownFields()
		must(decoder.Decode(&asked))
		answered, err := json.Marshal(oracle.answer(asked))
		must(err)
		out.Write(append(answered, '\n'))
	}
	must(in.Err())
}

type oracle struct {
	scheduler *scheduler.Scheduler
	bindings  cache.Indexer
	clusters  cache.Indexer
	general   estimatorclient.ReplicaEstimator
	given     map[string]int32
	caught    *workv1alpha2.ResourceBinding
	acted     bool
}

func newOracle() *oracle {
	byNamespace := cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}
	o := &oracle{
		bindings: cache.NewIndexer(cache.MetaNamespaceKeyFunc, byNamespace),
		clusters: cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{}),
		given:    map[string]int32{},
	}

	// where a case says what the estimators answered, it is taken as said; else the general estimator is asked
	estimators := estimatorclient.GetReplicaEstimators()
	for key, general := range estimators {
		o.general = general
		estimators[key] = o
	}

	client := &fake.Clientset{}
	client.AddReactor("patch", "resourcebindings", o.catch)
	clusters := clusterlister.NewClusterLister(o.clusters)
	o.scheduler = &scheduler.Scheduler{KarmadaClient: client}
	set(o.scheduler, "bindingLister", worklister.NewResourceBindingLister(o.bindings))
	set(o.scheduler, "clusterLister", clusters)
	set(o.scheduler, "eventRecorder", record.EventRecorder(&record.FakeRecorder{}))

	// The order of the filters is that of a Go map, chosen anew with each framework; it decides which reason is told of
	// a cluster that several filters reject. The port tells the first in the order of the registry, so ask until then.
	for range 10_000 {
		algorithm, err := core.NewGenericScheduler(schedulercache.NewCache(clusters, o.bindings, 0), plugins.NewInTreeRegistry())
		must(err)
		o.scheduler.Algorithm = algorithm
		if o.answer(filterProbe).Error == filterProbeInOrder {
			return o
		}
	}
	panic("the filters never came in the order of the registry")
}

// Each cluster is rejected by one filter fewer than the one before it, so that the reasons tell the order.
var filterProbe = func() question {
	none, some := &map[string][]string{}, []corev1.Taint{{Key: "k", Effect: corev1.TaintEffectNoSchedule}}
	return question{
		Clusters: []member{
			{Name: "a", APIs: none, Taints: some},
			{Name: "b", Taints: some},
			{Name: "c"},
			{Name: "d", Labels: map[string]string{"in": "yes"}},
			{Name: "e", Labels: map[string]string{"in": "yes"}, Region: "r"},
		},
		Replicas: 1,
		Evicting: []string{"a", "b", "c", "d", "e"},
		Placement: policyv1alpha1.Placement{
			ClusterAffinity: &policyv1alpha1.ClusterAffinity{
				LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"in": "yes"}},
			},
			SpreadConstraints: []policyv1alpha1.SpreadConstraint{{SpreadByField: policyv1alpha1.SpreadByFieldRegion}},
		},
	}
}()

const filterProbeInOrder = "0/5 clusters are available: 1 cluster(s) did not have region property, " +
	"1 cluster(s) did not have the API resource, 1 cluster(s) did not match the placement cluster affinity constraint, " +
	"1 cluster(s) had untolerated taint {k:NoSchedule}, 1 cluster(s) is in the process of eviction."

func (o *oracle) answer(asked question) (out answer) {
	if asked.Nodes != nil {
		return answer{Grades: grades(asked.Models, asked.Nodes)}
	}
	if asked.Rooms != nil {
		return answer{Order: order(asked.Rooms)}
	}
	o.fill(asked)
	o.acted = false
	o.caught = binding(asked)
	must(o.bindings.Replace([]any{o.caught.DeepCopy()}, ""))

	set(o.scheduler, "enableEmptyWorkloadPropagation", asked.PropagateEmpty)
	// the error comes back in the condition, the way a user sees it
	_ = doScheduleBinding(o.scheduler, namespace, name)

	out.Acted = o.acted
	out.Affinity = o.caught.Status.SchedulerObservedAffinityName
	for _, cluster := range o.caught.Spec.Clusters {
		out.Result = append(out.Result, target{cluster.Name, cluster.Replicas})
	}
	if scheduled := meta.FindStatusCondition(o.caught.Status.Conditions, workv1alpha2.Scheduled); scheduled != nil &&
		scheduled.Status != metav1.ConditionTrue {
		out.Error, out.Reason = scheduled.Message, scheduled.Reason
	}
	for _, c := range asked.Clusters {
		if c.Summary == nil {
			continue
		}
		item, _, err := o.clusters.GetByKey(c.Name)
		must(err)
		estimated, err := o.general.MaxAvailableReplicas(context.Background(), estimatorclient.ReplicaEstimationRequest{
			Clusters:            []*clusterv1alpha1.Cluster{item.(*clusterv1alpha1.Cluster)},
			ReplicaRequirements: asked.Requirements,
		})
		must(err)
		if out.Available == nil {
			out.Available = map[string]int32{}
		}
		out.Available[c.Name] = estimated[0].Replicas
	}
	return out
}

func (o *oracle) fill(asked question) {
	clear(o.given)
	items := make([]any, len(asked.Clusters))
	for i, c := range asked.Clusters {
		cluster := &clusterv1alpha1.Cluster{
			ObjectMeta: metav1.ObjectMeta{Name: c.Name, Labels: c.Labels},
			Spec: clusterv1alpha1.ClusterSpec{
				Region: c.Region, Zones: c.Zones, Provider: c.Provider, Taints: c.Taints, ResourceModels: c.Models,
			},
			Status: clusterv1alpha1.ClusterStatus{ResourceSummary: c.Summary},
		}
		if c.Deleting {
			cluster.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
		}
		apis := map[string][]string{apiVersion: {kind}}
		if asked.Resource != nil {
			apis = map[string][]string{asked.Resource.APIVersion: {asked.Resource.Kind}}
		}
		if c.APIs != nil {
			apis = *c.APIs
		}
		for groupVersion, kinds := range apis {
			enabled := clusterv1alpha1.APIEnablement{GroupVersion: groupVersion}
			for _, kind := range kinds {
				enabled.Resources = append(enabled.Resources, clusterv1alpha1.APIResource{Kind: kind})
			}
			cluster.Status.APIEnablements = append(cluster.Status.APIEnablements, enabled)
		}
		if c.Avail != nil {
			o.given[c.Name] = *c.Avail
		}
		items[i] = asStored(*cluster)
	}
	must(o.clusters.Replace(items, ""))
}

func binding(asked question) *workv1alpha2.ResourceBinding {
	last := metav1.NewTime(time.Unix(1_000_000, 0))
	rb := &workv1alpha2.ResourceBinding{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: workv1alpha2.ResourceBindingSpec{
			Resource:            workv1alpha2.ObjectReference{APIVersion: apiVersion, Kind: kind, Namespace: namespace, Name: "web"},
			Replicas:            asked.Replicas,
			ReplicaRequirements: asked.Requirements,
			Clusters:            asked.Previous,
			Placement:           &asked.Placement,
		},
		Status: workv1alpha2.ResourceBindingStatus{SchedulerObservedAffinityName: asked.Affinity, LastScheduledTime: &last},
	}
	if asked.Resource != nil {
		rb.Spec.Resource.APIVersion, rb.Spec.Resource.Kind = asked.Resource.APIVersion, asked.Resource.Kind
	}
	rb.Spec.Resource.UID = asked.UID
	for i := range asked.Components {
		rb.Spec.Components = append(rb.Spec.Components, workv1alpha2.Component{Name: fmt.Sprint("part-", i), Replicas: 1})
	}
	for _, from := range asked.Evicting {
		rb.Spec.GracefulEvictionTasks = append(rb.Spec.GracefulEvictionTasks, workv1alpha2.GracefulEvictionTask{FromCluster: from})
	}
	if asked.Fresh {
		asked := metav1.NewTime(last.Add(time.Minute))
		rb.Spec.RescheduleTriggeredAt = &asked
	}
	if asked.Applied != nil {
		written, err := json.Marshal(asked.Applied)
		must(err)
		rb.Annotations = map[string]string{util.PolicyPlacementAnnotation: string(written)}
	}
	return asStored(*rb)
}

// What the API server would give back: empty lists left out and quantities canonical (7.5Gi is 7680Mi, which Go calculates with in
// another way), as they are in every object that Go code wrote.
func asStored[T any](value T) *T {
	written, err := json.Marshal(value)
	must(err)
	read := new(T)
	must(json.Unmarshal(written, read))
	return read
}

func (o *oracle) catch(action clienttesting.Action) (bool, runtime.Object, error) {
	patch := action.(clienttesting.PatchAction).GetPatch()
	before, err := json.Marshal(o.caught)
	must(err)
	after, err := jsonpatch.MergePatch(before, patch)
	must(err)
	o.caught = &workv1alpha2.ResourceBinding{}
	must(json.Unmarshal(after, o.caught))
	o.acted = true
	return true, o.caught.DeepCopy(), nil
}

func (o *oracle) MaxAvailableReplicas(ctx context.Context, request estimatorclient.ReplicaEstimationRequest) ([]workv1alpha2.TargetCluster, error) {
	estimated, err := o.general.MaxAvailableReplicas(ctx, request)
	for i := range estimated {
		if given, ok := o.given[estimated[i].Name]; ok {
			estimated[i].Replicas = given
		}
	}
	return estimated, err
}

func (o *oracle) MaxAvailableComponentSets(ctx context.Context, request estimatorclient.ComponentSetEstimationRequest) ([]estimatorclient.ComponentSetEstimationResponse, error) {
	return o.general.MaxAvailableComponentSets(ctx, request)
}

func grades(models []clusterv1alpha1.ResourceModel, nodes []corev1.ResourceList) []int {
	summary, err := modeling.InitSummary(models)
	must(err)
	for _, node := range nodes {
		summary.AddToResourceSummary(modeling.NewClusterResourceNode(node))
	}
	counts := make([]int, len(summary.RMs))
	for i := range summary.RMs {
		counts[i] = summary.RMs[i].Quantity
	}
	return counts
}

func order(rooms []int32) []int {
	clusters := make(core.TargetClustersList, len(rooms))
	for i, room := range rooms {
		clusters[i] = workv1alpha2.TargetCluster{Name: strconv.Itoa(i), Replicas: room}
	}
	sort.Sort(clusters)
	indices := make([]int, len(rooms))
	for i, cluster := range clusters {
		index, err := strconv.Atoi(cluster.Name)
		must(err)
		indices[i] = index
	}
	return indices
}

// Sets an unexported field: the scheduler has no constructor that takes listers.
func set(s *scheduler.Scheduler, field string, value any) {
	at := reflect.ValueOf(s).Elem().FieldByName(field)
	reflect.NewAt(at.Type(), unsafe.Pointer(at.UnsafeAddr())).Elem().Set(reflect.ValueOf(value))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
