package main

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

func apiServerReady(ctx context.Context, client kubernetes.Interface) bool {
	return client.CoreV1().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error() == nil
}

// Admission refuses pods while their namespace has no service account, and the
// service account comes from the controller manager.
func podsCanBeCreated(ctx context.Context, client kubernetes.Interface) bool {
	_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	return err == nil
}
