import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpenSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(max_length=40, unique=True)),
                ('how', models.CharField(choices=[('password', 'bằng mật khẩu'), ('code', 'bằng mã trên phiếu'), ('link', 'bằng liên kết hoặc mã QR'), ('setup', 'khi cài đặt hệ thống'), ('earlier', 'từ trước khi có danh sách này')], max_length=10)),
                ('second_factor', models.BooleanField(default=False)),
                ('ip', models.GenericIPAddressField(blank=True, null=True)),
                ('agent', models.CharField(blank=True, max_length=300)),
                ('signed_in_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='open_sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'phiên đăng nhập',
                'ordering': ('-seen_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('salt', models.CharField(max_length=32)),
                ('digest', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'mã khôi phục',
            },
        ),
        migrations.CreateModel(
            name='AccountEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('kind', models.CharField(choices=[('signed_in', 'Đã đăng nhập'), ('first_step', 'Qua bước một, chờ bước hai'), ('refused', 'Đăng nhập không được'), ('second_refused', 'Sai mã bước hai'), ('locked', 'Bị khóa tạm vì thử sai quá nhiều'), ('signed_out', 'Đã đăng xuất'), ('session_ended', 'Phiên bị kết thúc từ nơi khác'), ('proof_refused', 'Nhập lại mật khẩu hoặc mã không đúng'), ('password_changed', 'Đã đổi mật khẩu'), ('factor_enrolled', 'Đã bật xác thực hai bước'), ('factor_removed', 'Đã tắt xác thực hai bước'), ('factor_reset', 'Quản trị đã gỡ xác thực hai bước'), ('codes_renewed', 'Đã tạo lại mã khôi phục'), ('recovery_used', 'Đã dùng một mã khôi phục'), ('link_issued', 'Đã cấp phiếu đăng nhập'), ('link_revoked', 'Đã hủy phiếu chưa dùng'), ('role_given', 'Được giao vai trò'), ('role_removed', 'Bị đưa ra khỏi cuộc diễn tập'), ('account_made', 'Đã tạo tài khoản'), ('account_disabled', 'Đã ngừng tài khoản'), ('account_enabled', 'Đã mở lại tài khoản')], max_length=20)),
                ('account', models.CharField(blank=True, max_length=150)),
                ('by_account', models.CharField(blank=True, max_length=150)),
                ('how', models.CharField(blank=True, max_length=10)),
                ('ip', models.GenericIPAddressField(blank=True, null=True)),
                ('agent', models.CharField(blank=True, max_length=300)),
                ('detail', models.JSONField(blank=True, default=dict)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'dòng sổ đăng nhập',
                'ordering': ('-at', '-pk'),
                'indexes': [models.Index(fields=['account', '-at'], name='event_by_account')],
            },
        ),
    ]
