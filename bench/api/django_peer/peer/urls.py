"""The eight routes that are compared, and two that set them up."""

from django.urls import path

from peer import views

urlpatterns = [
    path("api/auth/login", views.Login.as_view()),
    path("api/auth/token/refresh", views.Refresh.as_view()),
    path("api/users/me", views.Me.as_view()),
    path("api/users/<int:id>", views.User.as_view()),
    path("api/game/history", views.History.as_view()),
    path("api/economy/wallet", views.Wallet.as_view()),
    path("api/store", views.Store.as_view()),
    path("api/store/purchase", views.Purchase.as_view()),
    path("api/rooms", views.Rooms.as_view()),
    path("api/rooms/<str:code>/join", views.Join.as_view()),
]
