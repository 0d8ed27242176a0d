package workdir

import (
	"time"

	"github.com/spf13/pflag"
)

// Settings are what a scene may want different from one control plane to the next.
type Settings struct {
	Port                   int
	Users                  []string
	FeatureGates           string
	NodeMonitorPeriod      time.Duration
	NodeMonitorGracePeriod time.Duration
	APIServerArgs          []string
	ControllerManagerArgs  []string
	SchedulerArgs          []string
}

// AddFlags makes the settings flags of a program.
func (s *Settings) AddFlags(flags *pflag.FlagSet) {
	flags.IntVar(&s.Port, "port", 0, "the API server's port on 127.0.0.1; 0 takes a free one")
	flags.StringArrayVar(&s.Users, "user", nil, "a further user, NAME or NAME=GROUP,GROUP, with certificate and token (repeatable)")
	flags.StringVar(&s.FeatureGates, "feature-gates", "", "feature gates of all servers, Name=true,Other=false")
	flags.DurationVar(&s.NodeMonitorPeriod, "node-monitor-period", 5*time.Second, "how often the node lifecycle controller looks at nodes")
	flags.DurationVar(&s.NodeMonitorGracePeriod, "node-monitor-grace-period", 50*time.Second, "how long a silent node stays Ready")
	flags.StringArrayVar(&s.APIServerArgs, "apiserver-arg", nil, "an argument for kube-apiserver, --name=value (repeatable)")
	flags.StringArrayVar(&s.ControllerManagerArgs, "controller-manager-arg", nil, "an argument for kube-controller-manager (repeatable)")
	flags.StringArrayVar(&s.SchedulerArgs, "scheduler-arg", nil, "an argument for kube-scheduler (repeatable)")
}

// Heartbeat is how often a node has to renew its lease to stay Ready.
func (s *Settings) Heartbeat() time.Duration {
	return min(10*time.Second, s.NodeMonitorGracePeriod/4)
}
