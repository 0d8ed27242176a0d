package simulator

import (
	"context"
	"errors"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	coreinformers "k8s.io/client-go/informers/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
)

const (
	nodeWorkers = 4
	podWorkers  = 16
	byNode      = "byNode"
)

type queue = workqueue.TypedRateLimitingInterface[string]

// simulator holds what the workers share.
type simulator struct {
	options  Options
	capacity corev1.ResourceList
	client   kubernetes.Interface
	events   record.EventRecorder
	nodes    cache.SharedIndexInformer
	pods     cache.SharedIndexInformer
	nodeWork queue
	podWork  queue
}

// Run simulates until the context ends.
func Run(ctx context.Context, config *rest.Config, options Options) error {
	if err := options.validate(); err != nil {
		return err
	}
	s, err := newSimulator(config, options)
	if err != nil {
		return err
	}
	if err := s.createNodes(ctx); err != nil {
		return err
	}
	if options.Select == "none" {
		<-ctx.Done()
		return nil
	}
	return s.run(ctx)
}

func newSimulator(config *rest.Config, options Options) (*simulator, error) {
	capacity, err := options.capacity()
	if err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	config.UserAgent = "node-simulator"
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	config.QPS, config.Burst = 3000, 6000
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	return &simulator{
		options:  options,
		capacity: capacity,
		client:   client,
		nodes:    coreinformers.NewNodeInformer(client, 0, cache.Indexers{}),
		pods:     podInformer(client),
		nodeWork: newQueue("nodes"),
		podWork:  newQueue("pods"),
	}, nil
}

func newQueue(name string) queue {
	return workqueue.NewTypedRateLimitingQueueWithConfig(
		workqueue.NewTypedItemExponentialFailureRateLimiter[string](20*time.Millisecond, 10*time.Second),
		workqueue.TypedRateLimitingQueueConfig[string]{Name: "simulator-" + name})
}

// A kubelet sees no pod before it is bound.
func podInformer(client kubernetes.Interface) cache.SharedIndexInformer {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0,
		informers.WithTweakListOptions(onlyBound), informers.WithTransform(withoutManagedFields))
	informer := factory.Core().V1().Pods().Informer()
	// Fails only on an informer that runs already.
	_ = informer.AddIndexers(cache.Indexers{byNode: func(object any) ([]string, error) {
		return []string{object.(*corev1.Pod).Spec.NodeName}, nil
	}})
	return informer
}

func (s *simulator) run(ctx context.Context) error {
	broadcaster := record.NewBroadcaster(record.WithContext(ctx))
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: s.client.CoreV1().Events("")})
	s.events = broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "kubelet"})
	if err := s.watch(); err != nil {
		return err
	}
	var group sync.WaitGroup
	group.Go(func() { s.nodes.RunWithContext(ctx) })
	group.Go(func() { s.pods.RunWithContext(ctx) })
	if !cache.WaitForCacheSync(ctx.Done(), s.nodes.HasSynced, s.pods.HasSynced) {
		return errors.New("the simulator was stopped before it had seen the cluster")
	}
	group.Go(func() { s.renewLeases(ctx) })
	for range nodeWorkers {
		group.Go(func() { work(ctx, s.nodeWork, s.syncNode) })
	}
	for range podWorkers {
		group.Go(func() { work(ctx, s.podWork, s.syncPod) })
	}
	<-ctx.Done()
	s.nodeWork.ShutDown()
	s.podWork.ShutDown()
	group.Wait()
	broadcaster.Shutdown()
	return nil
}

func (s *simulator) watch() error {
	add := func(queue queue) func(any) {
		return func(object any) {
			if key, err := cache.MetaNamespaceKeyFunc(object); err == nil {
				queue.Add(key)
			}
		}
	}
	addPod, addNode := add(s.podWork), add(s.nodeWork)
	if _, err := s.pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    addPod,
		UpdateFunc: func(_, object any) { addPod(object) },
	}); err != nil {
		return err
	}
	_, err := s.nodes.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: func(object any) { addNode(object); s.revisitPods(object.(*corev1.Node).Name) },
		UpdateFunc: func(before, after any) {
			addNode(after)
			if podsMayDiffer(before.(*corev1.Node), after.(*corev1.Node)) {
				s.revisitPods(after.(*corev1.Node).Name)
			}
		},
	})
	return err
}

func (s *simulator) revisitPods(nodeName string) {
	// Fails only on an index of another name.
	pods, _ := s.pods.GetIndexer().ByIndex(byNode, nodeName)
	for _, object := range pods {
		if key, err := cache.MetaNamespaceKeyFunc(object); err == nil {
			s.podWork.Add(key)
		}
	}
}

// work takes keys until the queue is shut; sync returns when to look again, 0 for not until something changes.
func work(ctx context.Context, queue queue, sync func(context.Context, string) (time.Duration, error)) {
	for {
		key, shut := queue.Get()
		if shut {
			return
		}
		again, err := sync(ctx, key)
		switch {
		case err == nil:
			queue.Forget(key)
			if again > 0 {
				queue.AddAfter(key, again)
			}
		case apierrors.IsNotFound(err):
			queue.Forget(key)
		default:
			if !apierrors.IsConflict(err) && ctx.Err() == nil {
				klog.ErrorS(err, "Simulated kubelet tries again", "object", key)
			}
			queue.AddRateLimited(key)
		}
		queue.Done(key)
	}
}

func onlyBound(options *metav1.ListOptions) {
	options.FieldSelector = fields.OneTermNotEqualSelector("spec.nodeName", "").String()
}

// Half of a pod's memory, and a status update takes them from the server's copy anyway.
func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}
